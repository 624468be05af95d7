namespace DataPlatform.Core.Pool;

/// <summary>What time brings: pings and their misses, frameworks and agents away for too long, the batch allocation.</summary>
internal static class Ticking
{
    private const int FewestPings = 32;

    public static Decision Decide(PoolState state, PoolCommand.Tick tick, DateTimeOffset now)
    {
        var decision = new Decision();
        foreach (var agent in state.AgentsPingedBy(now - state.Settings.AgentPingTimeout).Take(MostPings(state)))
            Ping(state, decision, agent, tick, now);

        if (!tick.GivesUpNobody)
        {
            GiveUp(state, decision, now);
            OperationLife.Tick(state, decision, now);
            Draining.Tick(state, decision, now);
        }

        Expiring.Decide(state, decision, now);
        if (now - state.LastBatch >= state.Settings.AllocationInterval)
            decision.Happened(new PoolEvent.BatchAllocated(now));
        return decision;
    }

    public static Decision MoveWallClock(PoolCommand.MoveWallClock moved)
    {
        var decision = new Decision();
        decision.Happened(new PoolEvent.WallClockMoved(moved.Offset));
        return decision;
    }

    /// <summary>Remembered agents that did not come, frameworks that were away for too long.</summary>
    private static void GiveUp(PoolState state, Decision decision, DateTimeOffset now)
    {
        if (now - state.StartTime >= state.Settings.AgentReregisterTimeout)
        {
            foreach (var agent in state.RecoveredAgents.Keys.Order(StringComparer.Ordinal))
                decision.Happened(new PoolEvent.AgentBecameUnreachable(agent, state.OnTheWall(now)));
        }

        foreach (var framework in state.Frameworks.Values.Where(framework => !framework.IsConnected)
            .OrderBy(framework => framework.Id, StringComparer.Ordinal))
        {
            if (now - framework.DisconnectedTime >= LongestAbsence(state, framework))
                FrameworkLife.Remove(state, decision, framework, now);
        }
    }

    /// <summary>
    /// A fleet that came in one second is not pinged in one for ever after: whoever calls meanwhile would wait. The ticks of one ping
    /// timeout have room for twice as many as there are.
    /// </summary>
    private static int MostPings(PoolState state) =>
        Math.Max(FewestPings, (int)Math.Ceiling(2.0 * state.Agents.Count * (state.Settings.TickInterval / state.Settings.AgentPingTimeout)));

    private static void Ping(PoolState state, Decision decision, PooledAgent agent, PoolCommand.Tick tick, DateTimeOffset now)
    {
        if (agent.UnansweredPings >= state.Settings.MaxAgentPingTimeouts && !tick.GivesUpNobody)
        {
            AgentLife.BecomeUnreachable(state, decision, agent, now);
            return;
        }

        decision.Happened(new PoolEvent.AgentPinged(agent.Id, now));
        decision.Tell(agent, AgentEvents.Ping(agent));
        if (agent.StreamId is { } stream)
            OperationLife.SendPending(state, decision, agent.Id, stream);
    }

    /// <summary>A framework that the master only remembers could not yet learn where the new master is.</summary>
    private static TimeSpan LongestAbsence(PoolState state, PooledFramework framework) =>
        framework.IsRecovered && framework.FailoverTimeout < state.Settings.AgentReregisterTimeout
            ? state.Settings.AgentReregisterTimeout
            : framework.FailoverTimeout;
}
