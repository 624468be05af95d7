using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>Mesos's names for what the pool can count.</summary>
public static class PoolMetrics
{
    public static IEnumerable<(string Name, double Value)> Of(PoolState state)
    {
        var total = ResourceSum.Of(state.Agents.Values.Select(agent => agent.Total));
        var (used, states) = LookAtTasks(state);
        foreach (var name in new[] { "cpus", "disk", "mem" })
        {
            var (all, taken) = (total.Amount(name), used.Amount(name));
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
        foreach (var metric in Agents(state).Concat(Tasks(state, states)).Concat(Allocated(total, used, state)).Concat(RoleMetrics.Of(state)))
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

    private static IEnumerable<(string Name, double Value)> Tasks(PoolState state, Dictionary<TaskState, int> states)
    {
        yield return ("master/tasks_launched", state.Counters.TasksLaunched);
        yield return ("master/tasks_killing", states.GetValueOrDefault(TaskState.TaskKilling));
        yield return ("master/tasks_running", states.GetValueOrDefault(TaskState.TaskRunning));
        yield return ("master/tasks_staging", states.GetValueOrDefault(TaskState.TaskStaging));
        yield return ("master/tasks_starting", states.GetValueOrDefault(TaskState.TaskStarting));
        yield return ("master/tasks_unreachable", state.Frameworks.Values.Sum(framework => framework.UnreachableTasks.Count));
        foreach (var ended in Terminal)
            yield return ($"master/tasks_{Small(ended.ToString())["task_".Length..]}", state.Counters.TasksEnded.GetValueOrDefault(ended.ToString()));
        foreach (var ((ended, source, reason), count) in state.Counters.TaskReasons)
            yield return ($"master/{Small(ended)}/source_{(source == nameof(TaskReport.Types.Source.Agent) ? "slave" : Small(source))}/reason_{Small(reason)}", count);
    }

    private static IEnumerable<(string Name, double Value)> Allocated(ResourceSum total, ResourceSum used, PoolState state)
    {
        var offered = ResourceSum.Of(state.Offers.Values.Select(offer => offer.Resources));
        foreach (var name in new[] { "cpus", "disk", "mem" })
        {
            yield return ($"allocator/mesos/resources/{name}/offered_or_allocated", used.Amount(name) + offered.Amount(name));
            yield return ($"allocator/mesos/resources/{name}/total", total.Amount(name));
        }
    }

    private static readonly TaskState[] Terminal =
    [
        TaskState.TaskDropped, TaskState.TaskError, TaskState.TaskFailed, TaskState.TaskFinished, TaskState.TaskGone,
        TaskState.TaskGoneByOperator, TaskState.TaskKilled, TaskState.TaskLost,
    ];

    /// <summary>TaskGoneByOperator as task_gone_by_operator.</summary>
    private static string Small(string name) => WireName.Of(name).ToLowerInvariant();

    /// <summary>What they hold and how many are in each state, in one pass over all that agents have.</summary>
    private static (ResourceSum Used, Dictionary<TaskState, int> States) LookAtTasks(PoolState state)
    {
        var used = new ResourceSum();
        var states = new Dictionary<TaskState, int>();
        foreach (var task in state.Agents.Values.SelectMany(agent => agent.Tasks.Values))
        {
            states[task.Record.State] = states.GetValueOrDefault(task.Record.State) + 1;
            if (task.HoldsResources)
                used.Add(task.Resources);
        }

        return (used, states);
    }
}
