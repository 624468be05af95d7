using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>What the master says of the subscription and of tasks.</content>
public sealed partial class OperatorCore
{
    private static readonly TimeSpan ReconcileEvery = TimeSpan.FromSeconds(10);

    /// <summary>News of a task may be lost for good, with the agent that would have told it.</summary>
    private static readonly TimeSpan AskAfterAllEvery = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan MostSpread = TimeSpan.FromMinutes(1);

    private readonly AvoidedHosts avoidedHosts = new();
    private readonly HashSet<string> unconfirmed = new(StringComparer.Ordinal);
    private DateTimeOffset reconciledAt = DateTimeOffset.MinValue;
    private DateTimeOffset askAfterAllAt = DateTimeOffset.MaxValue;

    /// <summary>Tasks that may run and that no cluster wants, with when they were last asked to be killed.</summary>
    private readonly SortedDictionary<string, (string? AgentId, DateTimeOffset AskedAt)> unwanted = new(StringComparer.Ordinal);

    private void Receive(SchedulerSignal signal, DateTimeOffset now)
    {
        switch (signal)
        {
            case SchedulerSignal.Disconnected(var reason, _):
                Disconnected = reason;
                foreach (var id in clusters.Keys)
                    Changed(id);
                break;
            case SchedulerSignal.Ended(var reason):
                End(reason, now);
                break;
            case SchedulerSignal.Received(var received):
                Receive(received, now);
                break;
        }
    }

    private void Receive(SchedulerEvent received, DateTimeOffset now)
    {
        switch (received.Type)
        {
            case SchedulerEvent.Types.Type.Subscribed:
                Subscribed(received.Subscribed.FrameworkId.Value, now);
                break;
            case SchedulerEvent.Types.Type.Offers:
                Evaluate(received.Offers.Offers_, now);
                break;
            case SchedulerEvent.Types.Type.Update:
                Update(received.Update.Status, now);
                break;
        }
    }

    private void Subscribed(string frameworkId, DateTimeOffset now)
    {
        if (FrameworkId != frameworkId)
        {
            FrameworkId = frameworkId;
            Emit(new OperatorEffect.Store(new StoreChange.Framework(frameworkId)));
        }
        Disconnected = null;
        suppressed = false;
        welcome.Clear();
        unconfirmed.Clear();
        AskAfterAll(now);
        foreach (var id in clusters.Keys)
            Changed(id);
    }

    private void AskAfterAll(DateTimeOffset now)
    {
        unconfirmed.UnionWith(clusters.Values.SelectMany(cluster => cluster.Living).Select(row => row.TaskId));
        askAfterAllAt = now + AskAfterAllEvery + (settings.Spread() * MostSpread);
        Reconcile(now);
        // The empty list asks for everything: it finds what runs without being known here.
        Call(new SchedulerCall { Type = SchedulerCall.Types.Type.Reconcile, Reconcile = new SchedulerCall.Types.Reconcile() });
    }

    private void Reconcile(DateTimeOffset now)
    {
        reconciledAt = now;
        var rows = clusters.Values.SelectMany(cluster => cluster.Living).Where(row => unconfirmed.Contains(row.TaskId)).ToList();
        if (rows.Count == 0)
            return;
        var reconcile = new SchedulerCall.Types.Reconcile();
        reconcile.Tasks.Add(rows.Select(row => new SchedulerCall.Types.Reconcile.Types.Task
        {
            TaskId = new TaskID { Value = row.TaskId }, AgentId = new AgentID { Value = row.AgentId },
        }));
        Call(new SchedulerCall { Type = SchedulerCall.Types.Type.Reconcile, Reconcile = reconcile });
    }

    private void End(string reason, DateTimeOffset now)
    {
        Disconnected = reason;
        // The master tears a framework down with all its tasks; under its old id it can't come back.
        var removed = reason.Contains("removed", StringComparison.OrdinalIgnoreCase) || reason.Contains("torn down", StringComparison.OrdinalIgnoreCase);
        if (removed)
        {
            FrameworkId = null;
            Emit(new OperatorEffect.Store(new StoreChange.Framework(null)));
            foreach (var cluster in clusters.Values)
                foreach (var row in cluster.Living.ToList())
                    Ended(cluster, row with { State = "TASK_GONE", Message = "the master removed the framework with its tasks", EndedAt = now });
        }
        Emit(new OperatorEffect.Resubscribe(removed, reason));
    }

    private void Update(TaskReport report, DateTimeOffset now)
    {
        unconfirmed.Remove(report.TaskId.Value);
        var cluster = ClusterOf(report.TaskId.Value);
        var row = cluster?.Tasks.Values.FirstOrDefault(each => each.TaskId == report.TaskId.Value);
        if (cluster is not null && row is { Living: true })
            Update(cluster, row, report, now);
        if (report.HasUuid)
        {
            Call(new SchedulerCall
            {
                Type = SchedulerCall.Types.Type.Acknowledge,
                Acknowledge = new SchedulerCall.Types.Acknowledge { AgentId = report.AgentId, TaskId = report.TaskId, Uuid = report.Uuid },
            });
        }
        // Given up, or launched by somebody who is forgotten: whatever it is, a second one may run in its place.
        if (row is not { Living: true } && TaskStates.MayRun(report.State))
            KillUnwanted(report.TaskId.Value, report.AgentId?.Value, now);
        else
            unwanted.Remove(report.TaskId.Value);
    }

    private void KillUnwanted(string taskId, string? agentId, DateTimeOffset now)
    {
        unwanted[taskId] = (agentId, now);
        Kill(taskId, agentId);
    }

    /// <summary>A kill may be lost on its way; of one that is not, its task's end is heard.</summary>
    private void KillUnwantedAgain(DateTimeOffset now)
    {
        foreach (var (taskId, (agentId, askedAt)) in unwanted.ToList())
        {
            if (now - askedAt >= KillAgainAfter)
                KillUnwanted(taskId, agentId, now);
        }
    }

    private void Update(ClusterWork cluster, TaskRow row, TaskReport report, DateTimeOffset now)
    {
        var updated = row with
        {
            State = TaskStates.NameOf(report.State),
            Message = report.HasMessage && report.Message.Length > 0 ? report.Message : row.Message,
            UnreachableSince = report.State == TaskState.TaskUnreachable ? row.UnreachableSince ?? now : null,
        };
        if (TaskStates.IsEnd(report.State))
        {
            if (report.State == TaskState.TaskFailed && row is { StartedAt: null, KillReason: null })
                avoidedHosts.Failed(row.AgentId, updated.Message ?? updated.State, now);
            Ended(cluster, updated with { EndedAt = now, Failed = row.KillReason is null ? TaskStates.IsFailure(report.State) && !RunsOnce(cluster, row, report) : row.Failed });
            return;
        }
        if (report.State == TaskState.TaskRunning && row.StartedAt is null)
        {
            updated = updated with { StartedAt = now, Message = null };
            avoidedHosts.Worked(row.AgentId);
        }
        // One without a check serves while it runs.
        if (report.State == TaskState.TaskRunning)
            updated = Judge(cluster, updated, report.CheckStatus?.WhyNotServing(), now);
        if (updated != row)
            Save(cluster, updated);
    }

    private TaskRow Judge(ClusterWork cluster, TaskRow row, string? whyNot, DateTimeOffset now)
    {
        Changed(cluster.Id);
        if (whyNot is not null)
        {
            cluster.Serving.Remove(row.TaskId);
            cluster.ChecksMissed[row.TaskId] = whyNot;
            return row;
        }
        cluster.ChecksMissed.Remove(row.TaskId);
        cluster.Serving.Add(row.TaskId);
        return row with { ReadyAt = row.ReadyAt ?? now };
    }

    private static bool RunsOnce(ClusterWork cluster, TaskRow row, TaskReport report) =>
        report.State == TaskState.TaskFinished && cluster.Instances().SelectMany(pod => pod.TaskNames()).Any(task => task.Task == row.Name && task.Specification.RunsOnce);

    private void Ended(ClusterWork cluster, TaskRow row)
    {
        cluster.Serving.Remove(row.TaskId);
        cluster.ChecksMissed.Remove(row.TaskId);
        cluster.KillsAsked.Remove(row.TaskId);
        unconfirmed.Remove(row.TaskId);
        Save(cluster, row);
    }

    private void Kill(string taskId, string? agentId) => Call(new SchedulerCall
    {
        Type = SchedulerCall.Types.Type.Kill,
        Kill = new SchedulerCall.Types.Kill { TaskId = new TaskID { Value = taskId }, AgentId = agentId is null ? null : new AgentID { Value = agentId } },
    });
}
