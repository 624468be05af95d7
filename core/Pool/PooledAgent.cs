using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>What the pool knows of one registered agent. Changed by <see cref="PoolState.Apply"/> alone.</summary>
public sealed class PooledAgent
{
    internal PooledAgent(string id, AgentInfo info, ResourceBag total, DateTimeOffset time)
    {
        Id = id;
        Info = info;
        Total = total;
        RegisteredTime = time;
    }

    public string Id { get; }

    public AgentInfo Info { get; internal set; }

    public IEnumerable<AgentInfo.Types.Capability.Types.Type> Capabilities => Known;

    /// <summary>The IP address from which the agent registered.</summary>
    public string? Address { get; internal set; }

    public string Version { get; internal set; } = "";

    /// <summary>Empty before the agent has told it.</summary>
    public string WorkDirectoryId { get; internal set; } = "";

    /// <summary>Null while the agent is away but not yet unreachable.</summary>
    public string? StreamId { get; internal set; }

    public bool IsConnected => StreamId is not null;

    public DateTimeOffset RegisteredTime { get; }

    public DateTimeOffset? ReregisteredTime { get; internal set; }

    public ResourceBag Total { get; internal set; }

    /// <summary>Held by tasks.</summary>
    public IEnumerable<PooledTask> HoldingTasks => LiveTasks.Values.Where(task => task.HoldsResources);

    public IReadOnlyDictionary<(string FrameworkId, string TaskId), PooledTask> Tasks => LiveTasks;

    public IReadOnlyDictionary<(string FrameworkId, string ExecutorId), PooledExecutor> Executors => LiveExecutors;

    public IEnumerable<PooledExecutor> ExecutorsInOrder => LiveExecutors.Count == 0 ? [] : LiveExecutors.Values
        .OrderBy(executor => executor.FrameworkId, StringComparer.Ordinal).ThenBy(executor => executor.Id, StringComparer.Ordinal);

    /// <summary>On the pool's own clock.</summary>
    public DateTimeOffset LastPing { get; internal set; }

    /// <summary>All that it was sent.</summary>
    public long Pings { get; internal set; }

    /// <summary>Pings in a row that were not answered.</summary>
    public int UnansweredPings { get; internal set; }

    internal Dictionary<(string FrameworkId, string TaskId), PooledTask> LiveTasks { get; } = [];

    internal Dictionary<(string FrameworkId, string ExecutorId), PooledExecutor> LiveExecutors { get; } = [];

    /// <summary>What every agent of this platform can do; the link has no other agents.</summary>
    internal static readonly AgentInfo.Types.Capability.Types.Type[] Known =
    [
        AgentInfo.Types.Capability.Types.Type.MultiRole,
        AgentInfo.Types.Capability.Types.Type.HierarchicalRole,
        AgentInfo.Types.Capability.Types.Type.ReservationRefinement,
    ];

    internal Dictionary<string, PooledOffer> OutstandingOffers { get; } = [];

    /// <summary>By framework: there is one at most.</summary>
    internal Dictionary<string, PooledInverseOffer> InverseOffers { get; } = [];

    /// <summary>By framework, of this window.</summary>
    internal Dictionary<string, InverseOfferAnswer> InverseOfferAnswers { get; } = [];

    internal Dictionary<(string FrameworkId, string TaskId), KillPolicy?> PostponedKills { get; } = [];
}
