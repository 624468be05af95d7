using DataPlatform.Core.Protocol;
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
        yield return ("master/frameworks_inactive", state.Frameworks.Values.Count(framework => !framework.IsConnected));
        yield return ("master/messages_status_update", state.Counters.StatusUpdates);
        yield return ("master/offers_declined", state.Counters.OffersRefused);
        yield return ("master/offers_made", state.Counters.OffersMade);
        yield return ("master/outstanding_offers", state.Offers.Count);
        yield return ("master/recovered_agents", state.RecoveredAgents.Count);
        foreach (var metric in Agents(state).Concat(Tasks(state)).Concat(Allocated(total, state)).Concat(RoleMetrics.Of(state)))
            yield return metric;
    }

    private static IEnumerable<(string Name, double Value)> Agents(PoolState state)
    {
        yield return ("master/slave_registrations", state.Counters.AgentsAdmitted);
        yield return ("master/slave_removals", state.Counters.AgentsRemovedByOperators + state.Counters.AgentsTakenDown + state.Counters.AgentsReplaced);
        yield return ("master/slave_removals/reason_registered", state.Counters.AgentsReplaced);
        yield return ("master/slave_removals/reason_unregistered", state.Counters.AgentsRemovedByOperators + state.Counters.AgentsTakenDown);
        yield return ("master/slave_reregistrations", state.Counters.AgentsReconnected);
        yield return ("master/slave_unreachable_completed", state.Counters.AgentsUnreachable);
        yield return ("master/slave_unreachable_scheduled", state.Counters.AgentsUnreachable);
        yield return ("master/slaves_active", state.Agents.Values.Count(agent => agent.IsConnected));
        yield return ("master/slaves_connected", state.Agents.Values.Count(agent => agent.IsConnected));
        yield return ("master/slaves_disconnected", state.Agents.Values.Count(agent => !agent.IsConnected));
        yield return ("master/slaves_inactive", state.Agents.Values.Count(agent => !agent.IsConnected));
        yield return ("master/slaves_unreachable", state.UnreachableAgents.Count);
    }

    private static IEnumerable<(string Name, double Value)> Tasks(PoolState state)
    {
        yield return ("master/tasks_launched", state.Counters.TasksLaunched);
        yield return ("master/tasks_killing", Running(state, TaskState.TaskKilling));
        yield return ("master/tasks_running", Running(state, TaskState.TaskRunning));
        yield return ("master/tasks_staging", Running(state, TaskState.TaskStaging));
        yield return ("master/tasks_starting", Running(state, TaskState.TaskStarting));
        yield return ("master/tasks_unreachable", state.Frameworks.Values.Sum(framework => framework.UnreachableTasks.Count));
        foreach (var ended in Terminal)
            yield return ($"master/tasks_{Small(ended.ToString())["task_".Length..]}", state.Counters.TasksEnded.GetValueOrDefault(ended.ToString()));
        foreach (var ((ended, source, reason), count) in state.Counters.TaskReasons)
            yield return ($"master/{Small(ended)}/source_{(source == nameof(TaskReport.Types.Source.Agent) ? "slave" : Small(source))}/reason_{Small(reason)}", count);
    }

    private static IEnumerable<(string Name, double Value)> Allocated(Dictionary<string, double> total, PoolState state)
    {
        var used = Sum(state.Agents.Values.SelectMany(agent => agent.HoldingTasks).Select(task => task.Resources)
            .Concat(state.Offers.Values.Select(offer => offer.Resources)));
        foreach (var name in new[] { "cpus", "disk", "mem" })
        {
            yield return ($"allocator/mesos/resources/{name}/offered_or_allocated", used.GetValueOrDefault(name));
            yield return ($"allocator/mesos/resources/{name}/total", total.GetValueOrDefault(name));
        }
    }

    private static readonly TaskState[] Terminal =
    [
        TaskState.TaskDropped, TaskState.TaskError, TaskState.TaskFailed, TaskState.TaskFinished, TaskState.TaskGone,
        TaskState.TaskGoneByOperator, TaskState.TaskKilled, TaskState.TaskLost,
    ];

    /// <summary>TaskGoneByOperator as task_gone_by_operator.</summary>
    private static string Small(string name) => WireName.Of(name).ToLowerInvariant();

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
