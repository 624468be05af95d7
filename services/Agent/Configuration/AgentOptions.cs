using System.Globalization;
using System.Net;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Configuration;

/// <summary>The settings of one agent, checked.</summary>
public sealed record AgentOptions
{
    public required Uri Master { get; init; }
    public required IPAddress Address { get; init; }
    public required int Port { get; init; }
    public required string HostName { get; init; }
    public required string WorkDirectory { get; init; }
    public required IReadOnlyList<Resource> Resources { get; init; }
    public required IReadOnlyList<AgentAttribute> Attributes { get; init; }
    public required PrincipalSecret? Credential { get; init; }

    /// <summary>Empty: everybody on this machine may call.</summary>
    public required IReadOnlyList<PrincipalSecret> HttpCredentials { get; init; }

    public required string Isolation { get; init; }
    public required string CgroupsRoot { get; init; }
    public required bool EnforceCpu { get; init; }
    public required long ProcessLimit { get; init; }
    public required bool SwitchUser { get; init; }
    public required TimeSpan KillGracePeriod { get; init; }
    public required bool StopTasksOnExit { get; init; }
    public required TimeSpan RegistrationBackoff { get; init; }
    public required string CacheDirectory { get; init; }
    public required long CacheBytes { get; init; }
    public required TimeSpan FetchStallTimeout { get; init; }
    public required long MaximumArchiveBytes { get; init; }
    public required long MaximumLogBytes { get; init; }
    public required TimeSpan CollectionDelay { get; init; }
    public required double DiskHeadroom { get; init; }

    /// <summary>Every setting as given, for the operator API. Files are named, never their content.</summary>
    public required IReadOnlyDictionary<string, string> Flags { get; init; }

    /// <exception cref="ConfigurationException">Names the first setting that can't be used.</exception>
    public static AgentOptions Read(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var values = SettingsReader.Read(arguments, environment);
        var work = Path.GetFullPath(values["work-dir"]);
        CreateWorkDirectory(work);
        var address = ParseAddress(values["ip"]);
        var accepted = values.TryGetValue("http-credentials", out var file) ? CredentialFiles.ReadMany("http-credentials", file) : [];
        if (accepted.Count == 0 && !IPAddress.IsLoopback(address))
            throw new ConfigurationException(
                $"--ip {address} can be reached by others, and without --http-credentials an agent serves loopback only (127.0.0.1 or ::1)");
        var resources = values.TryGetValue("resources", out var text) ? ResourceText.Resources(text) : [];
        HostResources.AddMissing(resources, work);
        return new AgentOptions
        {
            Master = ParseMaster(values["master"]),
            Address = address,
            Port = (int)Number(values, "port", 0, 65_535),
            HostName = values.GetValueOrDefault("hostname") ?? address.ToString(),
            WorkDirectory = work,
            Resources = resources,
            Attributes = ResourceText.Attributes(values.GetValueOrDefault("attributes") ?? ""),
            Credential = values.TryGetValue("credential", out var own) ? CredentialFiles.ReadOne("credential", own) : null,
            HttpCredentials = accepted,
            Isolation = OneOf(values, "isolation", "auto", "cgroups", "processes"),
            CgroupsRoot = ParseGroup(values["cgroups-root"]),
            EnforceCpu = Switch(values, "cgroups-enable-cfs"),
            ProcessLimit = Number(values, "pids-limit", 0, 4_194_304),
            SwitchUser = Switch(values, "switch-user"),
            KillGracePeriod = Quantities.Duration("executor-shutdown-grace-period", values["executor-shutdown-grace-period"]),
            StopTasksOnExit = Switch(values, "stop-tasks-on-exit"),
            RegistrationBackoff = Quantities.Duration("registration-backoff-factor", values["registration-backoff-factor"]),
            CacheDirectory = Path.GetFullPath(values.GetValueOrDefault("fetcher-cache-dir") ?? Path.Combine(work, "fetch")),
            CacheBytes = Quantities.Size("fetcher-cache-size", values["fetcher-cache-size"]),
            FetchStallTimeout = Quantities.Duration("fetcher-stall-timeout", values["fetcher-stall-timeout"]),
            MaximumArchiveBytes = Quantities.Size("max-archive-size", values["max-archive-size"]),
            MaximumLogBytes = Quantities.Size("max-log-size", values["max-log-size"]),
            CollectionDelay = Quantities.Duration("gc-delay", values["gc-delay"]),
            DiskHeadroom = ParseFraction(values["gc-disk-headroom"]),
            Flags = values,
        };
    }

    /// <summary>What <c>--help</c> prints.</summary>
    public static string Help() => "dp-agent: offers this host's resources to a master and runs tasks.\n\nSettings (flag, or DP_AGENT_NAME in the environment, or the name in the --config file):\n" +
        string.Join('\n', Settings.All.Select(each =>
            $"  {("--" + each.Name + (each.IsSwitch ? "" : " " + each.Argument)).PadRight(46)} {each.Description}" +
            (each.Default is { } value ? $" (default {value})" : ""))) +
        "\n\nExample:\n  dp-agent --master http://127.0.0.1:5050 --port 5051 --work-dir /tmp/agent-1 --resources 'cpus:4;mem:4096;disk:10240;ports:[31000-31999]'\n";

    private static void CreateWorkDirectory(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"--work-dir {path} can't be made: {problem.Message}");
        }
    }

    private static IPAddress ParseAddress(string text) => IPAddress.TryParse(text, out var address)
        ? address
        : throw new ConfigurationException($"--ip '{text}' is not an IP address");

    private static Uri ParseMaster(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new ConfigurationException($"--master '{text}' is not a URL like http://127.0.0.1:5050");

    private static string ParseGroup(string text) =>
        text.Length is > 0 and < 200 && text.Split('/').All(part => part.Length > 0 && part is not ("." or "..") && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            ? text
            : throw new ConfigurationException($"--cgroups-root '{text}': letters, digits, '-', '_', '.', and '/' between names");

    private static double ParseFraction(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 and < 1
            ? value
            : throw new ConfigurationException($"--gc-disk-headroom '{text}' is not a fraction from 0 to below 1");

    private static long Number(Dictionary<string, string> values, string name, long least, long most) =>
        long.TryParse(values[name], NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new ConfigurationException($"--{name} '{values[name]}' is not a number from {least} to {most}");

    private static bool Switch(Dictionary<string, string> values, string name) => OneOf(values, name, "true", "false") == "true";

    private static string OneOf(Dictionary<string, string> values, string name, params string[] allowed) => allowed.Contains(values[name])
        ? values[name]
        : throw new ConfigurationException($"--{name} '{values[name]}': allowed are {string.Join(", ", allowed)}");
}
