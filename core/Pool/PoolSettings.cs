using DataPlatform.Core.Allocation;

namespace DataPlatform.Core.Pool;

/// <summary>The pool's own settings; defaults are those of Mesos.</summary>
public sealed record PoolSettings
{
    /// <summary>How often every agent's free resources are looked at again; also the least time for which a refusal counts.</summary>
    public TimeSpan AllocationInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whoever calls waits at most for an allocation of so many agents; the others of a larger pool follow turn by turn.</summary>
    public int AgentsAllocatedAtOnce { get; init; } = 250;

    /// <summary>Who may do what. What is not allowed here is refused.</summary>
    public AccessRules Access { get; init; } = AccessRules.Nobody;

    /// <summary>An offer that is neither used nor declined for so long is taken back; null lets frameworks keep offers for ever.</summary>
    public TimeSpan? OfferTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The most that one call may carry.</summary>
    public CallLimits Limits { get; init; } = new();

    /// <summary>Of each framework: tasks whose state it may ask for. Whoever asks for more waits.</summary>
    public Budget Reconciliations { get; init; } = new(PerSecond: 10_000, Most: 100_000);

    /// <summary>The region in it is the master's own, whatever is given here.</summary>
    public AllocatorSettings Allocator { get; init; } = AllocatorSettings.Default;

    public TimeSpan AgentPingTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often time is looked at: short against every limit that a tick looks after, and so often that no tick has much to do.</summary>
    public TimeSpan TickInterval => new[] { TimeSpan.FromMilliseconds(50), AgentPingTimeout / 4, AllocationInterval / 4 }.Min() is var least && least > TimeSpan.FromMilliseconds(1)
        ? least : TimeSpan.FromMilliseconds(1);

    /// <summary>So many pings in a row without an answer make an agent unreachable.</summary>
    public int MaxAgentPingTimeouts { get; init; } = 5;

    /// <summary>How long a restarted master waits for the agents that it knew.</summary>
    public TimeSpan AgentReregisterTimeout { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Of one maintenance schedule.</summary>
    public int MaintenanceWindows { get; init; } = 10_000;

    /// <summary>Of all windows of one maintenance schedule.</summary>
    public int MaintenanceMachines { get; init; } = 100_000;

    public int CompletedFrameworksKept { get; init; } = 50;

    /// <summary>For each framework.</summary>
    public int CompletedTasksKept { get; init; } = 1000;

    /// <summary>For each framework.</summary>
    public int UnreachableTasksKept { get; init; } = 1000;

    /// <summary>Of agents that became unreachable or were removed: so many are remembered of each.</summary>
    public int LostAgentsKept { get; init; } = 100_000;
}
