namespace DataPlatform.Core.Pool;

/// <summary>
/// The master's rules: from the state and a command to what happens. Pure: no clock, no chance, no IO. The writer appends
/// the durable events, applies all of them, then carries out the effects.
/// </summary>
public static class Pool
{
    public static Decision Decide(PoolState state, PoolCommand command, DateTimeOffset now) =>
        Authorizing.Refusal(state, command) ?? Allowed(state, command, now);

    private static Decision Allowed(PoolState state, PoolCommand command, DateTimeOffset now) => command switch
    {
        PoolCommand.Subscribe subscribe => Subscribing.Decide(state, subscribe, now),
        PoolCommand.SchedulerRequest request => SchedulerRequests.Decide(state, request, now),
        PoolCommand.SchedulerStreamClosed closed => FrameworkLife.StreamClosed(state, closed.StreamId, now),
        PoolCommand.RegisterAgent register => Registering.Decide(state, register, now),
        PoolCommand.AgentRequest request => AgentRequests.Decide(state, request, now),
        PoolCommand.AgentStreamClosed closed => AgentLife.StreamClosed(state, closed.StreamId, now),
        PoolCommand.Tick => Ticking.Decide(state, now),
        PoolCommand.Allocate => Allocating.Decide(state, now),
        PoolCommand.TearDown teardown => FrameworkLife.TearDown(state, teardown.FrameworkId, now),
        PoolCommand.MarkAgentGone gone => AgentLife.MarkGone(state, gone.AgentId, now),
        _ => throw new InvalidOperationException($"No rule decides {command.GetType().Name}"),
    };
}
