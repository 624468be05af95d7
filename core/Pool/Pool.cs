namespace DataPlatform.Core.Pool;

/// <summary>
/// The master's rules: from the state and a command to what happens. Pure: no clock, no chance, no IO. The writer appends
/// the durable events, applies all of them, then carries out the effects.
/// </summary>
public static class Pool
{
    /// <param name="now">On a clock that nobody sets, see <see cref="PoolState.OnTheWall"/>; never before an earlier one.</param>
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
        PoolCommand.Tick tick => Ticking.Decide(state, tick, now),
        PoolCommand.MoveWallClock moved => Ticking.MoveWallClock(moved),
        PoolCommand.Allocate => Allocating.Decide(state, now),
        PoolCommand.TearDown teardown => FrameworkLife.TearDown(state, teardown.FrameworkId, now),
        PoolCommand.Operate operate => OperatorOperating.Decide(state, operate),
        PoolCommand.UpdateQuotas update => QuotaUpdating.Decide(state, update),
        PoolCommand.SetQuota set => QuotaUpdating.Set(state, set),
        PoolCommand.RemoveQuota remove => QuotaUpdating.Remove(state, remove),
        PoolCommand.UpdateWeights update => WeightUpdating.Decide(state, update),
        PoolCommand.DeactivateAgent deactivate => Deactivating.Deactivate(state, deactivate, now),
        PoolCommand.ReactivateAgent reactivate => Deactivating.Reactivate(state, reactivate),
        PoolCommand.DrainAgent drain => Draining.Decide(state, drain, now),
        PoolCommand.UpdateMaintenanceSchedule update => Scheduling.Decide(state, update),
        PoolCommand.StartMaintenance start => TakingDown.Start(state, start, now),
        PoolCommand.StopMaintenance stop => TakingDown.Stop(state, stop),
        PoolCommand.MarkAgentGone gone => AgentLife.MarkGone(state, gone.AgentId, now),
        _ => throw new InvalidOperationException($"No rule decides {command.GetType().Name}"),
    };
}
