using System.Net;
using DataPlatform.Core.Pool;
using DataPlatform.Services.Hosting.Settings;
using DataPlatform.Services.Master.Security;

namespace DataPlatform.Services.Master.Settings;

/// <summary>How this master runs.</summary>
public sealed record MasterSettings
{
    public static readonly SettingList All = new(
        "dp-master", "offers the resources of agents to frameworks (Mesos v1 scheduler and operator HTTP API).",
        "dp-master --ip 127.0.0.1 --port 5050 --work-dir /var/lib/dataplatform/master --credentials FILE --acls FILE",
    [
        new("ip", "ADDRESS", "127.0.0.1", "Address to listen on; another than loopback needs --credentials"),
        new("port", "NUMBER", "5050", "Port to listen on; 0 takes a free one"),
        new("http2-port", "NUMBER", null, "Port that speaks HTTP/2 alone, with prior knowledge: for proxies and clients that share a connection among many streams; 0 takes a free one (default: none)"),
        new("hostname", "NAME", null, "Name under which frameworks and people find this master (default: its address)"),
        CommonSettings.AllowedHosts,
        new("work-dir", "DIRECTORY", null, "Where the journal and the file 'endpoint' are kept (required)"),
        new("credentials", "FILE", null, "Who may call: {\"credentials\":[{\"principal\":\"p\",\"secret\":\"s\"}]}, readable by its owner only"),
        new("acls", "FILE", null, "Who may do what, in Mesos's form; what it does not allow is refused. Needed with --credentials"),
        new("allocation-interval", "DURATION", "1secs", "How often all free resources are looked at again"),
        new("agent-ping-timeout", "DURATION", "15secs", "How long an agent may take to answer a ping"),
        new("max-agent-ping-timeouts", "NUMBER", "5", "So many pings in a row without an answer make an agent unreachable"),
        new("agent-reregister-timeout", "DURATION", "10mins", "How long a restarted master waits for the agents that it knew"),
        .. AllocationSettings.All,
        .. JournalSettings.All,
        .. LimitSettings.All,
        .. RecordingSettings.All,
    ]);

    public required IPAddress Ip { get; init; }

    /// <summary>0 for a free one.</summary>
    public required int Port { get; init; }

    /// <summary>0 for a free one, null for none.</summary>
    public int? Http2Port { get; init; }

    public string? Hostname { get; init; }

    public required IReadOnlyList<string> AllowedHosts { get; init; }

    public required string WorkDirectory { get; init; }

    public string? CredentialsFile { get; init; }

    public string? AccessFile { get; init; }

    public required JournalSettings Journal { get; init; }

    public required ShareLimits Shares { get; init; }

    public required ShareLimits AgentShares { get; init; }

    /// <summary>Null: nothing is recorded.</summary>
    public RecordingSettings? Recording { get; init; }

    public required PoolSettings Pool { get; init; }

    /// <summary>Every setting with the value in force, for people to see. Holds no secret: secrets stand in files.</summary>
    public required IReadOnlyDictionary<string, string> Flags { get; init; }

    /// <exception cref="SettingsException">Something given can't be used.</exception>
    public static MasterSettings From(SettingValues values) => new()
    {
        Ip = values.Address("ip"),
        Port = values.Port("port"),
        Http2Port = values.Find("http2-port") is null ? null : values.Port("http2-port"),
        Hostname = values.FindHostName("hostname"),
        AllowedHosts = values.List(CommonSettings.AllowedHosts.Name),
        WorkDirectory = values.FilePath("work-dir"),
        CredentialsFile = values.FindPath("credentials"),
        AccessFile = values.FindPath("acls"),
        Journal = JournalSettings.From(values),
        Recording = RecordingSettings.From(values),
        Shares = LimitSettings.Shares(values),
        AgentShares = LimitSettings.AgentShares(values),
        Pool = new PoolSettings
        {
            AllocationInterval = values.PositiveDuration("allocation-interval"),
            Allocator = AllocationSettings.From(values),
            AgentPingTimeout = values.PositiveDuration("agent-ping-timeout"),
            MaxAgentPingTimeouts = (int)values.Number("max-agent-ping-timeouts", 1, 1000),
            AgentReregisterTimeout = values.PositiveDuration("agent-reregister-timeout"),
            OfferTimeout = LimitSettings.OfferTimeout(values),
            Limits = LimitSettings.Calls(values),
            Reconciliations = LimitSettings.Reconciliations(values),
        },
        Flags = values.Flags,
    };
}
