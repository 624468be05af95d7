using DataPlatform.Core.Allocation;

namespace DataPlatform.Core.Pool;

/// <summary>What is given back when tasks or offers end.</summary>
internal static class Releases
{
    /// <summary>What these hold, and the executors that end with the last of their tasks.</summary>
    public static IReadOnlyList<OfferedResources> Of(PoolState state, IEnumerable<PooledTask> ending)
    {
        var tasks = ending.Where(task => task.HoldsResources).ToList();
        var ids = tasks.Select(task => (task.FrameworkId, task.Id)).ToHashSet();
        var held = tasks.Select(Held).ToList();
        foreach (var (frameworkId, agentId) in tasks.Select(task => (task.FrameworkId, task.AgentId)).Distinct().ToList())
        {
            var agent = state.Agents[agentId];
            held.AddRange(agent.ExecutorsInOrder.Where(executor => executor.FrameworkId == frameworkId && agent.HoldingTasks
                .Where(task => task.FrameworkId == frameworkId && task.Record.ExecutorId?.Value == executor.Id)
                .All(task => ids.Contains((frameworkId, task.Id)))).Select(Held));
        }

        return held;
    }

    /// <summary>All that runs on the agent.</summary>
    public static IEnumerable<OfferedResources> On(PooledAgent agent) =>
        agent.HoldingTasks.Select(Held).Concat(agent.ExecutorsInOrder.Select(Held));

    /// <summary>By role in which one of the frameworks is alone: the agents on which something is reserved to it that may be given back.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<PooledAgent>> Reserving(PoolState state, IReadOnlySet<string> frameworks)
    {
        var found = frameworks.Where(state.Frameworks.ContainsKey).SelectMany(id => state.Frameworks[id].Roles).Distinct()
            .ToDictionary(role => role, _ => new List<PooledAgent>(), StringComparer.Ordinal);
        if (found.Count == 0)
            return new Dictionary<string, IReadOnlyList<PooledAgent>>(0);
        foreach (var shared in state.Frameworks.Values.SelectMany(framework => framework.Roles).GroupBy(role => role).Where(group => group.Count() > 1))
            found.Remove(shared.Key);
        foreach (var agent in state.Agents.Values.OrderBy(agent => agent.Id, StringComparer.Ordinal))
        {
            foreach (var entry in agent.Total.Entries)
            {
                var kind = entry.Kind;
                if (kind.IsReserved && kind.MayBeUnreservedBy(kind.ReservedTo) && found.GetValueOrDefault(kind.ReservedTo) is { } agents && (agents.Count == 0 || agents[^1] != agent))
                    agents.Add(agent);
            }
        }

        return found.ToDictionary(pair => pair.Key, IReadOnlyList<PooledAgent> (pair) => pair.Value, StringComparer.Ordinal);
    }

    public static OfferedResources Held(PooledOffer offer) => new(offer.FrameworkId, offer.Role, offer.AgentId, offer.Resources);

    private static OfferedResources Held(PooledTask task) => new(task.FrameworkId, task.Role, task.AgentId, task.Resources);

    private static OfferedResources Held(PooledExecutor executor) => new(executor.FrameworkId, executor.Role, executor.AgentId, executor.Resources);
}
