using DataPlatform.Core.Protocol.Mesos;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Core.Pool;

/// <summary>RECONCILE: what the master knows of tasks, and nothing where it must still learn.</summary>
internal static class Reconciling
{
    public static Decision Decide(
        PoolState state, PooledFramework framework, SchedulerCall.Types.Reconcile reconcile, DateTimeOffset now)
    {
        var budget = state.Settings.Reconciliations;
        var left = framework.ReconciliationsLeft is { } before ? budget.Left(before, framework.LastReconciliation, now) : budget.Most;
        if (left <= 0)
        {
            return Decision.Refuse(RefusalKind.TooMany,
                $"The framework has asked for the state of too many tasks; it may ask for {budget.PerSecond} a second and {budget.Most} at once. Wait {(-left / budget.PerSecond) + 1} s");
        }

        var decision = new Decision();
        var asks = reconcile.Tasks.Count == 0 ? framework.Tasks.Count : reconcile.Tasks.Count;
        decision.Happened(new PoolEvent.Reconciled(framework.Id, left - Math.Max(1, asks), now));
        if (reconcile.Tasks.Count == 0)
        {
            foreach (var task in framework.Tasks.Values.OrderBy(task => task.Id, StringComparer.Ordinal))
                Known(decision, framework, task.Record, state.OnTheWall(now));
            return decision;
        }

        foreach (var asked in reconcile.Tasks)
            One(state, decision, framework, asked.TaskId, asked.AgentId, now);
        return decision;
    }

    public static void One(
        PoolState state, Decision decision, PooledFramework framework, TaskID id, AgentID? agent, DateTimeOffset now)
    {
        if (framework.Tasks.TryGetValue(id.Value, out var task))
        {
            Known(decision, framework, task.Record, state.OnTheWall(now));
            return;
        }

        if (framework.TasksEndedByMaster.TryGetValue(id.Value, out var ended))
        {
            decision.Tell(framework, StatusReports.Update(StatusReports.Latest(
                ended, ended.State, Reason.Reconciliation, $"Reconciliation: {ended.Statuses[^1].Message}", now)));
            return;
        }

        // An agent without a name is no agent: real clients send agent_id with an empty value.
        var named = string.IsNullOrEmpty(agent?.Value) ? null : agent;
        if (named is null ? state.RecoveredAgents.Count > 0 : state.RecoveredAgents.ContainsKey(named.Value))
            return;

        var (truth, message) = named is null
            ? (TaskState.TaskUnknown, "Reconciliation: the task is unknown to the master")
            : Truth(state, named.Value);
        var status = StatusReports.FromMaster(
            id, named, TaskStates.AsKnownTo(framework.IsPartitionAware, truth), Reason.Reconciliation, message, state.OnTheWall(now));
        if (truth == TaskState.TaskUnreachable)
            status.UnreachableTime = StatusReports.Time(state.UnreachableAgents[named!.Value]);
        decision.Tell(framework, StatusReports.Update(status));
    }

    private static (TaskState Truth, string Message) Truth(PoolState state, string agent) =>
        state.Agents.ContainsKey(agent) ? (TaskState.TaskGone, "Reconciliation: the agent is registered and does not have the task")
        : state.UnreachableAgents.ContainsKey(agent) ? (TaskState.TaskUnreachable, "Reconciliation: the task's agent is unreachable")
        : state.RemovedAgents.TryGetValue(agent, out var byOperator)
            ? byOperator
                ? (TaskState.TaskGoneByOperator, "Reconciliation: the task's agent was marked gone by an operator")
                : (TaskState.TaskGone, "Reconciliation: the task's agent was removed")
        : (TaskState.TaskUnknown, "Reconciliation: task and agent are unknown to the master");

    private static void Known(Decision decision, PooledFramework framework, TaskRecord task, DateTimeOffset time)
    {
        var state = task.HasStatusUpdateState ? task.StatusUpdateState : task.State;
        decision.Tell(framework, StatusReports.Update(
            StatusReports.Latest(task, state, Reason.Reconciliation, "Reconciliation: latest task state", time)));
    }
}
