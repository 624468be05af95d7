namespace DataPlatform.Core.Pool;

/// <summary>The pool's own settings; defaults are those of Mesos.</summary>
public sealed record PoolSettings
{
    /// <summary>How often every agent's free resources are looked at again; also the least time for which a refusal counts.</summary>
    public TimeSpan AllocationInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Who may do what. What is not allowed here is refused.</summary>
    public AccessRules Access { get; init; } = AccessRules.Nobody;

    public TimeSpan AgentPingTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>So many pings in a row without an answer make an agent unreachable.</summary>
    public int MaxAgentPingTimeouts { get; init; } = 5;

    /// <summary>How long a restarted master waits for the agents that it knew.</summary>
    public TimeSpan AgentReregisterTimeout { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(15);

    public int CompletedFrameworksKept { get; init; } = 50;

    /// <summary>For each framework.</summary>
    public int CompletedTasksKept { get; init; } = 1000;

    /// <summary>For each framework.</summary>
    public int UnreachableTasksKept { get; init; } = 1000;

    /// <summary>Of agents that became unreachable or were removed: so many are remembered of each.</summary>
    public int LostAgentsKept { get; init; } = 100_000;
}
