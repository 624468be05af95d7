using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>DEACTIVATE_AGENT and REACTIVATE_AGENT: whether anything new may be started on an agent.</summary>
internal static class Deactivating
{
    public static Decision Deactivate(PoolState state, PoolCommand.DeactivateAgent command, DateTimeOffset now)
    {
        if (!state.Agents.TryGetValue(command.AgentId, out var agent))
            return Unknown(command.AgentId);
        var decision = new Decision { Outcome = PoolOutcome.Ok };
        if (!state.Deactivations.ContainsKey(agent.Id))
            Leave(state, decision, agent, null, now);
        return decision;
    }

    public static Decision Reactivate(PoolState state, PoolCommand.ReactivateAgent command)
    {
        if (!state.Agents.TryGetValue(command.AgentId, out var agent))
            return Unknown(command.AgentId);
        if (!state.Deactivations.TryGetValue(agent.Id, out var deactivation))
            return Decision.Invalid($"Agent {agent.Id} is active");
        if (deactivation.Drain is not null && !Draining.IsDrained(state, agent))
            return Decision.Invalid($"Agent {agent.Id} is draining: {agent.Tasks.Count} of its tasks have not ended or are not acknowledged; wait until it is drained");
        var decision = new Decision { Outcome = PoolOutcome.Ok };
        decision.Happened(new PoolEvent.AgentReactivated(agent.Id));
        return decision;
    }

    /// <summary>Its offers end, and no others are made of it.</summary>
    public static void Leave(PoolState state, Decision decision, PooledAgent agent, DrainConfig? drain, DateTimeOffset now)
    {
        AgentLife.RescindOffers(state, decision, agent);
        decision.Happened(new PoolEvent.AgentDeactivated(agent.Id, drain, state.OnTheWall(now)));
    }

    public static Decision Unknown(string agentId) =>
        Decision.Invalid($"No agent that is registered now has the id '{Names.Printable(agentId)}'");
}
