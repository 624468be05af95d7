namespace DataPlatform.Core.Pool;

/// <summary>Agents that operators took out of use.</summary>
public sealed partial class PoolState
{
    private readonly Dictionary<string, AgentDeactivation> deactivations = [];

    /// <summary>By agent id. Survives the agent's absence; gone with its id.</summary>
    public IReadOnlyDictionary<string, AgentDeactivation> Deactivations => deactivations;

    private void Apply(PoolEvent.AgentDeactivated deactivated)
    {
        deactivations[deactivated.AgentId] = new AgentDeactivation(deactivated.Drain, deactivated.Time);
        if (agents.ContainsKey(deactivated.AgentId))
            Allocator.SetAgentActive(deactivated.AgentId, false);
    }

    private void Apply(PoolEvent.AgentReactivated reactivated)
    {
        deactivations.Remove(reactivated.AgentId);
        if (!agents.TryGetValue(reactivated.AgentId, out var agent) || !agent.IsConnected)
            return;
        Allocator.SetAgentActive(agent.Id, true);
        allocations.Add(agent.Id);
    }
}
