using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Mesos's names for what the pool can count.</summary>
public static class PoolMetrics
{
    public static IEnumerable<(string Name, double Value)> Of(PoolState state)
    {
        var total = Sum(state.Agents.Values.Select(agent => agent.Total));
        var used = Sum(state.Agents.Values.SelectMany(agent => agent.HoldingTasks).Select(task => task.Resources));
        foreach (var name in new[] { "cpus", "disk", "mem" })
        {
            var (all, taken) = (total.GetValueOrDefault(name), used.GetValueOrDefault(name));
            yield return ($"master/{name}_percent", all == 0 ? 0 : taken / all);
            yield return ($"master/{name}_total", all);
            yield return ($"master/{name}_used", taken);
        }

        yield return ("allocator/mesos/allocation_runs", state.Counters.BatchAllocations);
        yield return ("master/elected", 1);
        yield return ("master/frameworks_active", state.Frameworks.Values.Count(framework => framework.IsConnected));
        yield return ("master/frameworks_connected", state.Frameworks.Values.Count(framework => framework.IsConnected));
        yield return ("master/frameworks_disconnected", state.Frameworks.Values.Count(framework => !framework.IsConnected));
        yield return ("master/messages_status_update", state.Counters.StatusUpdates);
        yield return ("master/offers_declined", state.Counters.OffersRefused);
        yield return ("master/offers_made", state.Counters.OffersMade);
        yield return ("master/outstanding_offers", state.Offers.Count);
        yield return ("master/recovered_agents", state.RecoveredAgents.Count);
        yield return ("master/slaves_active", state.Agents.Values.Count(agent => agent.IsConnected));
        yield return ("master/slaves_connected", state.Agents.Values.Count(agent => agent.IsConnected));
        yield return ("master/slaves_disconnected", state.Agents.Values.Count(agent => !agent.IsConnected));
        yield return ("master/slaves_unreachable", state.UnreachableAgents.Count);
        yield return ("master/slave_unreachable_completed", state.Counters.AgentsUnreachable);
        yield return ("master/tasks_launched", state.Counters.TasksLaunched);
        yield return ("master/tasks_running", Running(state, TaskState.TaskRunning));
        yield return ("master/tasks_staging", Running(state, TaskState.TaskStaging));
        yield return ("master/tasks_starting", Running(state, TaskState.TaskStarting));
        foreach (var metric in RoleMetrics.Of(state))
            yield return metric;
        foreach (var (ended, count) in state.Counters.TasksEnded)
            yield return ($"master/tasks_{ended["Task".Length..].ToLowerInvariant()}", count);
    }

    private static int Running(PoolState state, TaskState wanted) =>
        state.Agents.Values.Sum(agent => agent.Tasks.Values.Count(task => task.Record.State == wanted));

    private static Dictionary<string, double> Sum(IEnumerable<ResourceBag> bags)
    {
        var sums = new Dictionary<string, double>();
        foreach (var (name, amount) in bags.SelectMany(bag => bag.Quantities))
            sums[name] = sums.GetValueOrDefault(name) + amount.ToDouble();
        return sums;
    }
}
