using DataPlatform.Core.Protocol.Mesos;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Core.Pool;

/// <summary>How an agent goes away: its stream ends, it stops answering, or it is given up.</summary>
internal static class AgentLife
{
    public static Decision StreamClosed(PoolState state, string streamId, DateTimeOffset now)
    {
        var decision = new Decision();
        if (state.AgentOfStream(streamId) is not { } agent)
            return decision;
        RescindOffers(state, decision, agent);
        decision.Happened(new PoolEvent.AgentDisconnected(agent.Id, now));
        return decision;
    }

    public static void BecomeUnreachable(PoolState state, Decision decision, PooledAgent agent, DateTimeOffset now)
    {
        RescindOffers(state, decision, agent);
        var time = state.OnTheWall(now);
        foreach (var task in InOrder(agent, haveEnded: false))
        {
            var framework = state.Frameworks[task.FrameworkId];
            var status = StatusReports.FromMaster(task.Record.TaskId, task.Record.AgentId,
                TaskStates.AsKnownTo(framework.IsPartitionAware, TaskState.TaskUnreachable), Reason.AgentRemoved,
                $"The agent did not answer {state.Settings.MaxAgentPingTimeouts} pings in a row", time);
            status.UnreachableTime = StatusReports.Time(time);
            decision.Happened(new PoolEvent.TaskUpdated(framework.Id, agent.Id, status, status.State));
            decision.Tell(framework, StatusReports.Update(status));
        }

        OperationLife.AgentUnreachable(state, decision, agent.Id);
        TellAll(state, decision, agent.Id);
        if (agent.StreamId is { } stream)
            decision.CloseAgentStream(stream);
        decision.Happened(new PoolEvent.AgentBecameUnreachable(agent.Id, time));
    }

    public static Decision MarkGone(PoolState state, string agentId, DateTimeOffset now)
    {
        var decision = new Decision { Outcome = PoolOutcome.Ok };
        if (state.Agents.TryGetValue(agentId, out var agent))
        {
            decision.Tell(agent, AgentEvents.Shutdown("An operator marked this agent gone"));
            Remove(state, decision, agent, AgentRemoval.MarkedGone, now);
            return decision;
        }

        if (!state.RecoveredAgents.ContainsKey(agentId) && !state.UnreachableAgents.ContainsKey(agentId))
            return Decision.Refuse(RefusalKind.NotFound, $"No agent has the id '{Names.Printable(agentId)}'");
        OperationLife.AgentRemoved(state, decision, agentId);
        decision.Happened(new PoolEvent.AgentRemoved(agentId, state.OnTheWall(now), ByOperator: true));
        return decision;
    }

    /// <summary>Gives the agent's id up for good, and its tasks with it.</summary>
    public static void Remove(PoolState state, Decision decision, PooledAgent agent, AgentRemoval removal, DateTimeOffset now)
    {
        var byOperator = removal == AgentRemoval.MarkedGone;
        RescindOffers(state, decision, agent);
        var time = state.OnTheWall(now);
        foreach (var task in InOrder(agent, haveEnded: false))
        {
            var framework = state.Frameworks[task.FrameworkId];
            var gone = byOperator ? TaskState.TaskGoneByOperator : TaskState.TaskGone;
            var status = StatusReports.FromMaster(task.Record.TaskId, task.Record.AgentId,
                TaskStates.AsKnownTo(framework.IsPartitionAware, gone),
                byOperator ? Reason.AgentRemovedByOperator : Reason.AgentRemoved,
                Because(removal), time);
            decision.Happened(new PoolEvent.TaskUpdated(framework.Id, agent.Id, status, status.State));
            decision.Tell(framework, StatusReports.Update(status));
        }

        TellUnacknowledgedEnds(state, decision, agent, time);
        OperationLife.AgentRemoved(state, decision, agent.Id);
        TellAll(state, decision, agent.Id);
        if (agent.StreamId is { } stream)
            decision.CloseAgentStream(stream);
        decision.Happened(new PoolEvent.AgentRemoved(agent.Id, time, byOperator));
    }

    /// <summary>The agent would have told them until they are acknowledged; nobody else does from now on.</summary>
    private static void TellUnacknowledgedEnds(PoolState state, Decision decision, PooledAgent agent, DateTimeOffset time)
    {
        foreach (var task in InOrder(agent, haveEnded: true))
        {
            var framework = state.Frameworks[task.FrameworkId];
            var status = StatusReports.Latest(task.Record, task.Record.State, Reason.Reconciliation, "The task had ended before its agent was given up", time);
            decision.Happened(new PoolEvent.TaskUpdated(framework.Id, agent.Id, status, status.State));
            decision.Tell(framework, StatusReports.Update(status));
        }
    }

    private static string Because(AgentRemoval removal) => removal switch
    {
        AgentRemoval.MarkedGone => "An operator marked the task's agent gone",
        AgentRemoval.Replaced => "Another agent registered at the address of the task's agent",
        AgentRemoval.TakenDown => "An operator took the machine of the task's agent down",
        _ => throw new InvalidOperationException($"No rule explains {removal}"),
    };

    /// <summary>A newer stream of the same agent counts from now on.</summary>
    public static void LeaveStream(PoolState state, Decision decision, PooledAgent agent)
    {
        if (agent.StreamId is not { } stream)
            return;
        RescindOffers(state, decision, agent);
        decision.CloseAgentStream(stream);
    }

    private static IEnumerable<PooledTask> InOrder(PooledAgent agent, bool haveEnded) => agent.Tasks.Values
        .Where(task => TaskStates.IsTerminal(task.Record.State) == haveEnded)
        .OrderBy(task => task.FrameworkId, StringComparer.Ordinal).ThenBy(task => task.Id, StringComparer.Ordinal);

    /// <summary>Inverse offers too.</summary>
    public static void RescindOffers(PoolState state, Decision decision, PooledAgent agent)
    {
        foreach (var offer in agent.OutstandingOffers.Values.OrderBy(offer => offer.Id, StringComparer.Ordinal))
            OfferEvents.Rescind(state, decision, offer);
        foreach (var offer in agent.InverseOffers.Values.OrderBy(offer => offer.Id, StringComparer.Ordinal))
            InverseOffering.Rescind(state, decision, offer);
    }

    private static void TellAll(PoolState state, Decision decision, string agentId)
    {
        foreach (var framework in state.Frameworks.Values.OrderBy(framework => framework.Id, StringComparer.Ordinal))
            decision.Tell(framework, OfferEvents.Failure(agentId));
    }
}
