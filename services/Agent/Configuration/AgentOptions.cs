using System.Globalization;
using System.Net;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Disk;
using DataPlatform.Services.Agent.Executors;
using DataPlatform.Services.Agent.Images;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Networks;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Hosting.Credentials;
using DataPlatform.Services.Hosting.Security;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Agent.Configuration;

/// <summary>The settings of one agent, checked.</summary>
public sealed record AgentOptions
{
    /// <summary>Any of which may lead.</summary>
    public required IReadOnlyList<Uri> Masters { get; init; }
    public required IPAddress Address { get; init; }
    public required int Port { get; init; }
    public required string HostName { get; init; }
    public required IReadOnlyList<string> AllowedHosts { get; init; }
    public required string WorkDirectory { get; init; }
    public required IReadOnlyList<Resource> Resources { get; init; }
    public required IReadOnlyList<AgentAttribute> Attributes { get; init; }
    public required MesosCredential? Credential { get; init; }

    /// <summary>Null: processes of this user and of root on this machine may call.</summary>
    public required KnownPrincipals? HttpCredentials { get; init; }

    /// <summary>What those who may call may do.</summary>
    public required AccessRules Access { get; init; }

    public required string Isolation { get; init; }
    public required string CgroupsRoot { get; init; }
    public required bool EnforceCpu { get; init; }
    public required long ProcessLimit { get; init; }
    public required long OpenFileLimit { get; init; }
    public required TaskUserRules TaskUsers { get; init; }

    /// <summary>Absolute.</summary>
    public required IReadOnlyList<string> TaskFolders { get; init; }

    /// <summary>Absolute; empty: tasks have no volumes of this host.</summary>
    public required IReadOnlyList<string> HostVolumeFolders { get; init; }

    /// <summary>Null: no task runs from an image.</summary>
    internal ImageSettings? Images { get; init; }

    /// <summary>Null: no container gets an address.</summary>
    internal BridgeSettings? Bridge { get; init; }

    public required TimeSpan KillGracePeriod { get; init; }
    public required TimeSpan ExecutorRegistrationTimeout { get; init; }
    public required TimeSpan ExecutorReregistrationTimeout { get; init; }
    public required TimeSpan RecoveryTimeout { get; init; }
    public required MessageRules ExecutorMessages { get; init; }
    public required bool StopTasksOnExit { get; init; }
    public required TimeSpan RegistrationBackoff { get; init; }
    public required string CacheDirectory { get; init; }
    public required long CacheBytes { get; init; }
    public required TimeSpan FetchStallTimeout { get; init; }
    public required TimeSpan FetchTimeout { get; init; }
    public required long MaximumFetchBytes { get; init; }

    /// <summary>Absolute; empty: no file of this host may be fetched.</summary>
    public required IReadOnlyList<string> FetchFolders { get; init; }

    public required long MaximumArchiveBytes { get; init; }
    public required long MaximumLogBytes { get; init; }
    public required CollectionRules Collection { get; init; }
    public required DiskRules Disk { get; init; }

    /// <summary>Every setting as given, for the operator API. Files are named, never their content.</summary>
    public required IReadOnlyDictionary<string, string> Flags { get; init; }

    /// <exception cref="SettingsException">Names the first setting that can't be used.</exception>
    public static AgentOptions Read(IReadOnlyList<string> arguments, Func<string, string?> environment) =>
        From(Settings.All.Read(arguments, environment));

    /// <exception cref="SettingsException">Names the first setting that can't be used.</exception>
    public static AgentOptions From(SettingValues values)
    {
        var work = values.FilePath("work-dir");
        Hosting.Files.WorkDirectory.Create("work-dir", work);
        var address = values.Address("ip");
        var accepted = values.FindPath("http-credentials") is { } file ? CredentialFile.ReadMany("http-credentials", file) : null;
        if (accepted is null && !IPAddress.IsLoopback(address))
            throw new SettingsException(
                $"--ip {address} can be reached by others, and without --http-credentials an agent serves loopback only (127.0.0.1 or ::1)");
        var resources = values.Find("resources") is { } text ? ResourceText.Resources(text) : [];
        HostResources.AddMissing(resources, work);
        return new AgentOptions
        {
            Masters = values.Urls("master"),
            Address = address,
            Port = values.Port("port"),
            HostName = values.FindHostName("hostname") ?? address.ToString(),
            AllowedHosts = values.List(CommonSettings.AllowedHosts.Name),
            WorkDirectory = work,
            Resources = resources,
            Attributes = ResourceText.Attributes(values.Find("attributes") ?? ""),
            Credential = values.FindPath("credential") is { } own ? CredentialFile.ReadOne("credential", own) : null,
            HttpCredentials = accepted,
            Access = AccessFile.Read(values.FindPath("acls"), accepted is not null, "http-credentials"),
            Isolation = values.OneOf("isolation", "auto", "cgroups", "processes"),
            CgroupsRoot = ParseGroup(values),
            EnforceCpu = values.Switch("cgroups-enable-cfs"),
            ProcessLimit = values.Number("pids-limit", 0, 4_194_304),
            OpenFileLimit = values.Number("nofile-limit", 64, 1_048_576),
            TaskUsers = ReadTaskUsers(values),
            TaskFolders = ParseFolders(values, "task-folders"),
            HostVolumeFolders = ParseFolders(values, "host-volume-folders"),
            Images = ReadImages(values, work),
            Bridge = ReadBridge(values),
            KillGracePeriod = values.Duration("executor-shutdown-grace-period"),
            ExecutorRegistrationTimeout = values.PositiveDuration("executor-registration-timeout"),
            ExecutorReregistrationTimeout = values.PositiveDuration("executor-reregistration-timeout"),
            RecoveryTimeout = values.Duration("recovery-timeout"),
            ExecutorMessages = new MessageRules((int)values.Number("executor-messages-per-second", 1, 1_000_000), (int)values.Number("executor-messages-at-once", 1, 1_000_000)),
            StopTasksOnExit = values.Switch("stop-tasks-on-exit"),
            RegistrationBackoff = values.Duration("registration-backoff-factor"),
            CacheDirectory = values.FindPath("fetcher-cache-dir") ?? Path.Combine(work, "fetch"),
            CacheBytes = values.Size("fetcher-cache-size"),
            FetchStallTimeout = values.Duration("fetcher-stall-timeout"),
            FetchTimeout = values.PositiveDuration("fetcher-timeout"),
            MaximumFetchBytes = values.Size("fetcher-max-size"),
            FetchFolders = ParseFolders(values, "fetcher-local-dirs"),
            MaximumArchiveBytes = values.Size("max-archive-size"),
            MaximumLogBytes = values.Size("max-log-size"),
            Collection = new CollectionRules(values.Duration("gc-delay"), values.Fraction("gc-disk-headroom"), (int)values.Number("gc-max-sandboxes", 0, 10_000_000)),
            Disk = new DiskRules(
                values.Switch("enforce-container-disk-quota"), values.PositiveDuration("container-disk-watch-interval"),
                values.Find("container-disk-without-quota") is null ? null : values.Size("container-disk-without-quota")),
            Flags = values.Flags,
        };
    }

    private static List<string> ParseFolders(SettingValues values, string name)
    {
        var folders = (values.Find(name) ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).ToList();
        return folders.TrueForAll(Path.IsPathRooted)
            ? folders.ConvertAll(each => Path.TrimEndingDirectorySeparator(Path.GetFullPath(each)))
            : throw values.Refuse(name, "is not a list of absolute paths with ':' between them");
    }

    private static ImageSettings? ReadImages(SettingValues values, string workDirectory)
    {
        var source = ImageSource.Parse(values.Text("docker-registry"))
            ?? throw values.Refuse("docker-registry", "is neither an absolute path of a folder of image archives nor an address such as https://registry.example.org:5000");
        return values.Find("image-providers") switch
        {
            null or "" => null,
            "docker" => new ImageSettings(source, values.FindPath("docker-store-dir") ?? Path.Combine(workDirectory, "images")),
            _ => throw values.Refuse("image-providers", "is not possible: docker is, or nothing"),
        };
    }

    private static BridgeSettings? ReadBridge(SettingValues values)
    {
        const int largest = 16;
        const int smallest = 29;
        var plugins = values.FindPath("network-cni-plugins-dir")!;
        if (values.Find("bridge-subnet") is not { Length: > 0 } text)
            return null;
        return IPNetwork.TryParse(text, out var subnet) && subnet.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && subnet.PrefixLength is >= largest and <= smallest
            ? new BridgeSettings(subnet, plugins)
            : throw values.Refuse("bridge-subnet", $"is not an IPv4 network like 10.213.0.0/24, from /{largest} to /{smallest}");
    }

    private static string ParseGroup(SettingValues values)
    {
        var text = values.Text("cgroups-root");
        return text.Length < 200 && text.Split('/').All(part => part.Length > 0 && part is not ("." or "..") && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            ? text
            : throw values.Refuse("cgroups-root", "is not possible: letters, digits, '-', '_', '.', and '/' between names");
    }

    private static TaskUserRules ReadTaskUsers(SettingValues values)
    {
        var ends = values.Text("task-uids").Split('-');
        if (ends.Length != 2 || !uint.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) ||
            !uint.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) || first < 1000 || last < first || last == uint.MaxValue)
            throw values.Refuse("task-uids", "is not a range like 200000-299999, from 1000 on");
        var names = (values.Find("task-users") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.Contains("root")
            ? throw values.Refuse("task-users", "can't name root: --allow-root-tasks allows that")
            : new TaskUserRules(values.Switch("switch-user"), values.Switch("allow-root-tasks"), names, first, last);
    }
}
