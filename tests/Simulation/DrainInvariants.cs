using DataPlatform.Core.Pool;

namespace DataPlatform.Simulation.Tests;

/// <summary>
/// On an agent that an operator took out of use nothing new is started, and it is said to be drained only when nothing runs there.
/// </summary>
internal sealed class DrainInvariants(SimulatedCluster cluster, Action<string> fail)
{
    /// <summary>By agent id: what was launched on it when its operator was answered.</summary>
    private readonly SortedDictionary<string, HashSet<string>> told = new(StringComparer.Ordinal);

    public void OutOfUse(string agentId) => told[agentId] = [.. (cluster.Master.State.Agents.GetValueOrDefault(agentId)?.Tasks.Keys ?? []).Select(key => $"{key.FrameworkId}/{key.TaskId}")];

    /// <summary>It may be back in use.</summary>
    public void MayBeBack(string agentId) => told.Remove(agentId);

    public void Started(string agentId, string task)
    {
        // What was sent before the agent or the framework was removed ends as soon as the agent hears of that.
        var state = cluster.Master.State;
        if (state.RemovedAgents.ContainsKey(agentId) || state.CompletedFrameworks.ContainsKey(task[..task.IndexOf('/', StringComparison.Ordinal)]))
            return;
        if (told.TryGetValue(agentId, out var launched) && !launched.Contains(task))
            fail($"task {task} was started on agent {agentId}, which an operator took out of use before it was launched");
    }

    /// <summary>What the next master must know from the journal alone.</summary>
    public void Remembers(PoolState state)
    {
        foreach (var id in told.Keys.Where(id => !state.Deactivations.ContainsKey(id) && !state.RemovedAgents.ContainsKey(id)))
            fail($"agent {id} was taken out of use, and the next master does not know it");
    }

    public void Check(PoolState state)
    {
        foreach (var offer in state.Offers.Values.Where(offer => state.Deactivations.ContainsKey(offer.AgentId)))
            fail($"{offer.Resources} of agent {offer.AgentId} is offered, which an operator took out of use");
        foreach (var (id, _) in state.Deactivations.Where(pair => pair.Value.Drain is not null))
        {
            if (!state.Agents.TryGetValue(id, out var agent) || !agent.IsConnected || !Draining.IsDrained(state, agent)
                || cluster.Agents.FirstOrDefault(each => each.Host.AgentId == id) is not { } host)
                continue;
            if (host.Host.Alive.FirstOrDefault(process => !process.IsUnwanted && !state.CompletedFrameworks.ContainsKey(process.FrameworkId)) is { } process)
                fail($"agent {id} is said to be drained, and {process.Task} runs there");
        }
    }
}
