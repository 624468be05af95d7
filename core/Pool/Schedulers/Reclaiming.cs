using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>
/// Takes lent resources back: when tasks of those to whom they belong no longer fit beside tasks that borrowed, borrowers
/// are killed, the lowest priority first. What an executor borrowed for itself comes back when it ends.
/// </summary>
internal static class Reclaiming
{
    public static void Decide(PoolState state, Decision decision)
    {
        if (!state.Settings.Allocator.LendsIdle)
            return;
        foreach (var agent in state.AgentsToAllocate.Select(id => state.Agents[id]).Where(agent => agent.IsConnected))
            Reclaim(state, decision, agent);
    }

    private static void Reclaim(PoolState state, Decision decision, PooledAgent agent)
    {
        var staying = agent.HoldingTasks.Where(task => !task.IsRecalled).ToList();
        if (!staying.Exists(IsBorrowing))
            return;
        var used = ResourceQuantities.Of(staying.Select(task => task.Resources)
            .Concat(agent.Executors.Values.Select(executor => executor.Resources)).SelectMany(resources => resources.Quantities));
        var missing = ResourceQuantities.Of(used
            .Select(amount => KeyValuePair.Create(amount.Key, ResourceAmount.SubtractToZero(amount.Value, agent.Total.Amount(amount.Key))))
            .Where(amount => !amount.Value.IsZero));
        if (missing.IsEmpty)
            return;
        foreach (var back in state.Allocator.WhoGivesBack(agent.Id, missing))
        {
            // The newest first: they lose the least.
            var borrowers = new Stack<PooledTask>(staying.Where(task => IsBorrowing(task) && task.FrameworkId == back.FrameworkId && task.Role == back.Role));
            for (var open = back.Resources.Quantities; !open.IsEmpty && borrowers.TryPop(out var task);)
            {
                decision.Happened(new PoolEvent.TaskRecalled(task.FrameworkId, task.Id));
                decision.Tell(agent, AgentEvents.KillTask(task.FrameworkId, task.Id, policy: null));
                open = ResourceQuantities.Of(open
                    .Select(amount => KeyValuePair.Create(amount.Key, ResourceAmount.SubtractToZero(amount.Value, task.Resources.Amount(amount.Key))))
                    .Where(amount => !amount.Value.IsZero));
            }
        }
    }

    private static bool IsBorrowing(PooledTask task) => task.Resources.Any(entry => entry.Kind.IsRevocable);
}
