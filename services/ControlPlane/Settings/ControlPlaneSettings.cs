using System.Net;
using System.Net.Sockets;
using DataPlatform.Operators.Sdk;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.ControlPlane.Settings;

/// <summary>What a control plane is started with; every value is checked before anything listens.</summary>
public sealed record ControlPlaneSettings
{
    public static readonly SettingList All = new(
        "dp-control-plane", "the part that people touch: REST, web console, desired clusters.",
        "dp-control-plane --master http://127.0.0.1:5050 --port 8080 --work-dir DIR --lake DIR --credential FILE",
    [
        new("master", "URL,...", null, "Address of the master, or of several that share a journal. Without one the console serves what it knows and launches nothing"),
        new("ip", "ADDRESS", "127.0.0.1", "Address to listen on. Any but a loopback address needs --admin-token-file"),
        new("port", "PORT", "8080", "Port to listen on; 0 takes a free one"),
        new("hostname", "NAME", null, "Name under which agents and browsers reach this process; by default the address, or the machine's name when listening on all"),
        new("public-url", "URL", null, "Under which clusters' tasks reach the control plane, such as a name that leads to whichever of several leads; by default http://HOSTNAME:PORT"),
        new("pages-url", "URL", null, "Under which browsers find engines' own pages, apart from the console: with a star for the cluster's name, such as http://*.pages.example.org:8080, or what a proxy makes of --pages-port. By default http://*.localhost where the hostname is a loopback address"),
        new("pages-port", "PORT", null, "Port for engines' own pages, where they have no host names of their own; by default the one after --port"),
        CommonSettings.AllowedHosts,
        new("work-dir", "DIR", "~/.local/state/dataplatform/control-plane", "Where the database, keys and the endpoint file are kept"),
        new("lake", "DIR", null, "The lake: a directory that all hosts share; by default <work-dir>/lake"),
        new("store", "DIR", null, "The package store; by default <work-dir>/store"),
        new("packages", "DIR", null, "Packages that were installed; by default <work-dir>/packages"),
        new("credential", "FILE", null, "JSON file (mode 0600) with principal and secret for the master and the agents"),
        new("admin-token-file", "FILE", null, "File (mode 0600) with a token of at least 32 characters that signs in as administrator"),
        new("maven-repository", "DIR", null, "Folder in Maven's layout that artifacts are taken from"),
        new("wheels", "DIR", null, "Folder of Python wheels"),
        new("task-user", "NAME", null, "As whom clusters' tasks run on the hosts; by default whoever runs this process, nobody for root"),
        new("cli-config", "FILE", null, "Where to write the command line's configuration (mode 0600), with a token of its own"),
        new("default-lifetime", "DURATION", "8hrs", "Lifetime of a cluster that asks for none"),
        new("login-link-lifetime", "DURATION", "15mins", "How long a one-time login link may be used"),
        new("keep-deleted", "DURATION", "7days", "How long deleted clusters and expired tokens stay in the database"),
        .. DatabaseSettings.All,
    ]);

    /// <summary>Base address of the master; null when none is given, and then pages say that no pool is configured.</summary>
    public Uri? Master { get; init; }
    /// <summary>Further masters of the same pool: those that do not lead send on to the one that does.</summary>
    public IReadOnlyList<Uri> OtherMasters { get; init; } = [];
    public required IPAddress Ip { get; init; }
    /// <summary>0 takes a free port.</summary>
    public required int Port { get; init; }
    /// <summary>The name under which agents and browsers reach this process.</summary>
    public required string Hostname { get; init; }
    /// <summary>Under which clusters' tasks reach whichever control plane leads; null for this process's own address.</summary>
    public Uri? PublicUrl { get; init; }
    public PagesAddress Pages { get => field ?? PagesAddress.Usual(Hostname, Port); init; }
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];
    public required string WorkDir { get; init; }
    public required string Lake { get; init; }
    public required string Store { get; init; }
    public string? Packages { get; init; }
    public string InstalledPackages => Packages ?? Path.Combine(WorkDir, "packages");
    public string? CredentialFile { get; init; }
    public string? AdminTokenFile { get; init; }
    public string? MavenRepository { get; init; }
    public string? Wheels { get; init; }
    public required string TaskUser { get; init; }
    public string? CliConfig { get; init; }
    public required TimeSpan DefaultLifetime { get; init; }
    public required TimeSpan LoginLinkLifetime { get; init; }
    public required TimeSpan KeepDeleted { get; init; }
    public DatabaseSettings Database { get; init; } = new();

    /// <exception cref="SettingsException">Something given can't be used.</exception>
    public static ControlPlaneSettings From(SettingValues values)
    {
        var ip = values.Address("ip");
        var workDir = values.FilePath("work-dir");
        var adminToken = values.FindPath("admin-token-file");
        if (!IPAddress.IsLoopback(ip) && adminToken is null)
            throw new SettingsException(
                $"--ip: refusing to listen on {ip} without a configured administrator; give --admin-token-file FILE, or listen on 127.0.0.1");
        var port = values.Port("port");
        var hostname = values.FindHostName("hostname") ?? (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any) ? Dns.GetHostName() : Literal(ip));
        return new ControlPlaneSettings
        {
            Ip = ip,
            WorkDir = workDir,
            AdminTokenFile = adminToken,
            Master = values.Find("master") is null ? null : values.Urls("master")[0],
            OtherMasters = values.Find("master") is null ? [] : [.. values.Urls("master").Skip(1)],
            Port = port,
            Hostname = hostname,
            PublicUrl = values.FindUrl("public-url"),
            Pages = PagesAddress.From(values, hostname, port),
            AllowedHosts = values.List(CommonSettings.AllowedHosts.Name),
            Lake = values.FindPath("lake") ?? Path.Combine(workDir, "lake"),
            Store = values.FindPath("store") ?? Path.Combine(workDir, "store"),
            Packages = values.FindPath("packages"),
            CredentialFile = values.FindPath("credential"),
            MavenRepository = values.FindPath("maven-repository"),
            Wheels = values.FindPath("wheels"),
            TaskUser = values.Find("task-user") ?? SchedulerSettings.UsualUser,
            CliConfig = values.FindPath("cli-config"),
            DefaultLifetime = values.PositiveDuration("default-lifetime"),
            LoginLinkLifetime = values.PositiveDuration("login-link-lifetime"),
            KeepDeleted = values.PositiveDuration("keep-deleted"),
            Database = DatabaseSettings.From(values),
        };
    }

    private static string Literal(IPAddress ip) => ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]" : ip.ToString();
}
