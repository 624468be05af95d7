using System.Globalization;
using System.Net;
using System.Text;
using DataPlatform.Core.Pool;

namespace DataPlatform.Services.Master.Settings;

/// <summary>How this master runs.</summary>
public sealed record MasterSettings
{
    private const int HighestPort = 65535;

    private static readonly SettingDefinition IpDefinition = new("ip", "ADDRESS", "127.0.0.1", "Address to listen on; another than loopback needs --credentials");
    private static readonly SettingDefinition PortDefinition = new("port", "NUMBER", "5050", "Port to listen on; 0 takes a free one");
    private static readonly SettingDefinition HostnameDefinition = new("hostname", "NAME", null, "Name under which frameworks and people find this master (default: its address)");
    private static readonly SettingDefinition WorkDirDefinition = new("work-dir", "DIRECTORY", null, "Where the journal and the file 'endpoint' are kept (required)");
    private static readonly SettingDefinition CredentialsDefinition = new("credentials", "FILE", null, "Who may call: {\"credentials\":[{\"principal\":\"p\",\"secret\":\"s\"}]}, readable by its owner only");
    private static readonly SettingDefinition AllocationIntervalDefinition = new("allocation-interval", "DURATION", "1secs", "How often all free resources are looked at again");
    private static readonly SettingDefinition PingTimeoutDefinition = new("agent-ping-timeout", "DURATION", "15secs", "How long an agent may take to answer a ping");
    private static readonly SettingDefinition PingMissesDefinition = new("max-agent-ping-timeouts", "NUMBER", "5", "So many pings in a row without an answer make an agent unreachable");
    private static readonly SettingDefinition ReregisterDefinition = new("agent-reregister-timeout", "DURATION", "10mins", "How long a restarted master waits for the agents that it knew");
    private static readonly SettingDefinition ConfigDefinition = new("config", "FILE", null, "A JSON object with any of these settings; flags and environment win over it");

    private static readonly SettingDefinition[] Definitions =
    [
        IpDefinition, PortDefinition, HostnameDefinition, WorkDirDefinition, CredentialsDefinition, AllocationIntervalDefinition,
        PingTimeoutDefinition, PingMissesDefinition, ReregisterDefinition, ConfigDefinition,
    ];

    public required IPAddress Ip { get; init; }

    /// <summary>0 for a free one.</summary>
    public required int Port { get; init; }

    public string? Hostname { get; init; }

    public required string WorkDirectory { get; init; }

    public string? CredentialsFile { get; init; }

    public required PoolSettings Pool { get; init; }

    /// <summary>Every setting with the value in force, for people to see. Holds no secret: secrets stand in files.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Flags { get; init; }

    /// <exception cref="SettingsException">Something given can't be used.</exception>
    public static MasterSettings Read(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var values = SettingValues.Read(Definitions, arguments, environment);
        if (!IPAddress.TryParse(values.Find(IpDefinition), out var ip))
            throw new SettingsException($"--ip is '{values.Find(IpDefinition)}'; an IP address such as 127.0.0.1 is allowed");
        return new MasterSettings
        {
            Ip = ip,
            Port = Number(values, PortDefinition, 0, HighestPort),
            Hostname = Name(values, HostnameDefinition),
            WorkDirectory = values.Find(WorkDirDefinition) is { Length: > 0 } directory
                ? Path.GetFullPath(directory)
                : throw new SettingsException("--work-dir is missing; it is the directory for the journal"),
            CredentialsFile = values.Find(CredentialsDefinition),
            Pool = new PoolSettings
            {
                AllocationInterval = Duration(values, AllocationIntervalDefinition),
                AgentPingTimeout = Duration(values, PingTimeoutDefinition),
                MaxAgentPingTimeouts = Number(values, PingMissesDefinition, 1, 1000),
                AgentReregisterTimeout = Duration(values, ReregisterDefinition),
            },
            Flags = [.. Definitions.Select(definition => KeyValuePair.Create(definition.Name, values.Find(definition)))
                .Where(flag => flag.Value is not null).Select(flag => KeyValuePair.Create(flag.Key, flag.Value!))],
        };
    }

    public static string Help()
    {
        var text = new StringBuilder();
        text.AppendLine("dp-master: offers the resources of agents to frameworks (Mesos v1 scheduler and operator HTTP API).");
        text.AppendLine();
        text.AppendLine("usage: dp-master --work-dir DIRECTORY [--SETTING VALUE]...");
        text.AppendLine();
        foreach (var definition in Definitions)
        {
            var defaults = definition.Default is null ? "" : $" (default {definition.Default})";
            text.AppendLine(CultureInfo.InvariantCulture, $"  {definition.Flag + " " + definition.Value,-36} {definition.Description}{defaults}");
        }

        text.AppendLine();
        text.AppendLine("Every setting may also be given as an environment variable (--work-dir as DP_MASTER_WORK_DIR) or in the");
        text.AppendLine("configuration file under its name without the dashes in front. Durations: 500ms, 15secs, 1mins, 2hrs.");
        return text.ToString();
    }

    private static int Number(SettingValues values, SettingDefinition definition, int least, int most) =>
        int.TryParse(values.Find(definition), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= least && number <= most
            ? number
            : throw new SettingsException($"{definition.Flag} is '{values.Find(definition)}'; a whole number from {least} to {most} is allowed");

    private static TimeSpan Duration(SettingValues values, SettingDefinition definition) =>
        Durations.Parse(values.Find(definition)!) is { } duration && duration > TimeSpan.Zero
            ? duration
            : throw new SettingsException($"{definition.Flag} is '{values.Find(definition)}'; a duration such as 500ms, 15secs or 1mins is allowed");

    private static string? Name(SettingValues values, SettingDefinition definition) =>
        values.Find(definition) is { } name && Uri.CheckHostName(name) == UriHostNameType.Unknown
            ? throw new SettingsException($"{definition.Flag} is '{name}', which is no host name")
            : values.Find(definition);
}
