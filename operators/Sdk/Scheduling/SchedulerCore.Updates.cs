using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>What the master says of the subscription and of tasks.</content>
public sealed partial class SchedulerCore
{
    private const string ConnectionPrefix = "cluster:";
    private static readonly TimeSpan ReconcileEvery = TimeSpan.FromSeconds(10);

    /// <summary>News of a task may be lost for good, with the agent that would have told it.</summary>
    private static readonly TimeSpan AskAfterAllEvery = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan MostSpread = TimeSpan.FromMinutes(1);

    private readonly AvoidedHosts avoidedHosts = new();
    private readonly HashSet<string> unconfirmed = new(StringComparer.Ordinal);
    private DateTimeOffset reconciledAt = DateTimeOffset.MinValue;
    private DateTimeOffset askAfterAllAt = DateTimeOffset.MaxValue;

    /// <summary>Tasks that may run and that the cluster does not want, with when they were last asked to be killed.</summary>
    private readonly SortedDictionary<string, (string? AgentId, DateTimeOffset AskedAt)> unwanted = new(StringComparer.Ordinal);

    /// <summary>Agents on which a task ended that was given up before: what it held is still reserved, and its release was taken for done.</summary>
    private readonly HashSet<string> toLookAt = new(StringComparer.Ordinal);

    private void Receive(SchedulerSignal signal, DateTimeOffset now)
    {
        switch (signal)
        {
            case SchedulerSignal.Disconnected(var reason, _):
                Disconnected = reason;
                held.Clear();
                Changed();
                break;
            case SchedulerSignal.Ended(var kind, var reason):
                End(kind, reason, now);
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
            case SchedulerEvent.Types.Type.Rescind:
                held.Remove(received.Rescind.OfferId.Value);
                break;
            case SchedulerEvent.Types.Type.Update:
                Update(received.Update.Status, now);
                break;
            case SchedulerEvent.Types.Type.Message:
                Told(received.Message, now);
                break;
        }
    }

    private void Subscribed(string frameworkId, DateTimeOffset now)
    {
        if (FrameworkId != frameworkId)
            SaveFacts(cluster.Facts with { FrameworkId = frameworkId });
        Disconnected = null;
        suppressed = false;
        teardownAskedAt = null;
        welcome.Clear();
        held.Clear();
        unconfirmed.Clear();
        AskAfterAll(now);
        Changed();
    }

    private void AskAfterAll(DateTimeOffset now)
    {
        unconfirmed.UnionWith(cluster.Living.Select(row => row.TaskId));
        askAfterAllAt = now + AskAfterAllEvery + (settings.Spread() * MostSpread);
        Reconcile(now);
        // The empty list asks for everything: it finds what runs without being known here.
        Call(new SchedulerCall { Type = SchedulerCall.Types.Type.Reconcile, Reconcile = new SchedulerCall.Types.Reconcile() });
    }

    private void Reconcile(DateTimeOffset now)
    {
        reconciledAt = now;
        var rows = cluster.Living.Where(row => unconfirmed.Contains(row.TaskId)).ToList();
        if (rows.Count == 0)
            return;
        var reconcile = new SchedulerCall.Types.Reconcile();
        reconcile.Tasks.Add(rows.Select(row => new SchedulerCall.Types.Reconcile.Types.Task
        {
            TaskId = new TaskID { Value = row.TaskId }, AgentId = new AgentID { Value = row.AgentId },
        }));
        Call(new SchedulerCall { Type = SchedulerCall.Types.Type.Reconcile, Reconcile = reconcile });
    }

    private void End(SubscriptionEnd kind, string reason, DateTimeOffset now)
    {
        Disconnected = reason;
        held.Clear();
        // The master tears a framework down with all its tasks; under its old id it can't come back.
        var isRemoved = kind == SubscriptionEnd.FrameworkRemoved;
        if (isRemoved)
        {
            foreach (var row in cluster.Living.ToList())
                Ended(row with { State = "TASK_GONE", Message = "the master removed the framework with its tasks", EndedAt = now }, EndKind.Host, now);
            if (cluster.Facts.Removing)
            {
                Forget();
                return;
            }
            SaveFacts(cluster.Facts with { FrameworkId = null });
            Happened("", $"begins anew: {reason}", now);
        }
        Emit(new SchedulerEffect.Resubscribe(isRemoved, reason));
    }

    private void Update(TaskReport report, DateTimeOffset now)
    {
        unconfirmed.Remove(report.TaskId.Value);
        var row = RowOf(report.TaskId.Value);
        if (row is { Living: true })
            Update(row, report, now);
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
        else if (unwanted.Remove(report.TaskId.Value, out var gone) && gone.AgentId is { } agent)
            toLookAt.Add(agent);
    }

    private TaskRow? RowOf(string taskId) => cluster.Tasks.Values.FirstOrDefault(each => each.TaskId == taskId);

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

    private void Update(TaskRow row, TaskReport report, DateTimeOffset now)
    {
        var updated = row with
        {
            State = TaskStates.NameOf(report.State),
            Message = FailureTexts.Of(report) ?? row.Message,
            UnreachableSince = report.State == TaskState.TaskUnreachable ? row.UnreachableSince ?? now : null,
        };
        if (TaskStates.IsEnd(report.State))
        {
            Ended(updated with { EndedAt = now }, KindOf(row, report), now);
            return;
        }
        var isFirst = report.State == TaskState.TaskRunning && row.StartedAt is null;
        if (updated.UnreachableSince is not null && row.UnreachableSince is null)
            Happened(row.Name, $"its host {row.Host} is out of reach", now);
        else if (updated.UnreachableSince is null && row.UnreachableSince is not null)
            Happened(row.Name, $"its host {row.Host} is back", now);
        if (isFirst)
        {
            updated = updated with { StartedAt = now, Message = null };
            avoidedHosts.Worked(row.AgentId);
            UseVolumes(row.Pod);
        }
        // One without a check serves while it runs. That there is no result yet is old news of one that has had a result: a status that was
        // sent twice may come later than the next, and be what the master remembers.
        if (report.State == TaskState.TaskRunning && !(updated.ReadyAt is not null && report.CheckStatus?.HasResult() == false))
            updated = Judge(updated, report.CheckStatus?.WhyNotServing(), now);
        if (updated != row)
            Save(updated);
    }

    private TaskRow Judge(TaskRow row, string? whyNot, DateTimeOffset now)
    {
        Changed();
        if (whyNot is not null)
        {
            if (cluster.Serving.Remove(row.TaskId))
                Happened(row.Name, $"no longer serves: {whyNot}", now);
            cluster.ChecksMissed[row.TaskId] = whyNot;
            return row;
        }
        cluster.ChecksMissed.Remove(row.TaskId);
        if (cluster.Serving.Add(row.TaskId))
            Happened(row.Name, row.ReadyAt is null ? "serves" : "serves again", now);
        return row with { ReadyAt = row.ReadyAt ?? now };
    }

    private EndKind KindOf(TaskRow row, TaskReport report) => row switch
    {
        { KillReason: not null } => row.Failed ? EndKind.Engine : EndKind.Decision,
        { StartedAt: null } when report.State is TaskState.TaskFailed or TaskState.TaskDropped => EndKind.Launch,
        _ when report.State == TaskState.TaskFinished && RunsOnce(row) => EndKind.Success,
        _ => TaskStates.IsFailure(report.State) ? EndKind.Engine : report.State == TaskState.TaskKilled ? EndKind.Decision : EndKind.Host,
    };

    private bool RunsOnce(TaskRow row) => row.IsOperation || cluster.Instances().SelectMany(pod => pod.TaskNames()).Any(task => task.Task == row.Name && task.Specification.RunsOnce);

    private void Ended(TaskRow row, EndKind kind, DateTimeOffset now)
    {
        cluster.Serving.Remove(row.TaskId);
        cluster.ChecksMissed.Remove(row.TaskId);
        cluster.KillsAsked.Remove(row.TaskId);
        cluster.Outdated.Remove(row.TaskId);
        ForgetActivity(row.TaskId);
        cluster.Reports.Remove(row.TaskId);
        unconfirmed.Remove(row.TaskId);
        Save(row with { Failed = kind == EndKind.Engine });
        Happened(row.Name, $"ended with {row.State}{(row.Message is { } message ? $": {message}" : "")}", now);
        Account(row, kind, now);
    }

    /// <summary>What an end says of the pod and of its place.</summary>
    private void Account(TaskRow row, EndKind kind, DateTimeOffset now)
    {
        if (cluster.Pods.GetValueOrDefault(row.Pod) is not { } record)
            return;
        var reason = row.Message ?? row.State;
        var failures = Relaunching.ServedLong(row) ? 0 : record.Failures;
        switch (kind)
        {
            case EndKind.Engine:
                Save(record with { Failures = failures + 1, LaunchFailures = 0, FailedAt = now, FailureReason = reason });
                // A port that another process has taken is taken at the next start as well.
                if (row.ReadyAt is null)
                    GiveUpPlace(row.Pod, now);
                break;
            case EndKind.Launch:
                avoidedHosts.Failed(row.AgentId, reason, now);
                Save(record with { LaunchFailures = record.LaunchFailures + 1, FailedAt = now, FailureReason = reason });
                GiveUpPlace(row.Pod, now);
                break;
            case EndKind.Host:
                GiveUpPlace(row.Pod, now);
                break;
            case EndKind.Success:
                Save(record with { Failures = 0, LaunchFailures = 0, FailedAt = null, FailureReason = null });
                break;
        }
    }

    private void Kill(string taskId, string? agentId) => Call(new SchedulerCall
    {
        Type = SchedulerCall.Types.Type.Kill,
        Kill = new SchedulerCall.Types.Kill { TaskId = new TaskID { Value = taskId }, AgentId = agentId is null ? null : new AgentID { Value = agentId } },
    });

    /// <summary>On what a task's end tells something.</summary>
    private enum EndKind { Success, Engine, Launch, Host, Decision }
}
