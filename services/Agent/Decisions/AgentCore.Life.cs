using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;
using static DataPlatform.Core.Protocol.Mesos.TaskReport.Types;

namespace DataPlatform.Services.Agent.Decisions;

// A task's life: launched, watched, ended.
public sealed partial class AgentCore
{
    private void Launched(TaskRun run, int pid)
    {
        if (run.Phase != RunPhase.Launching)
            return;
        run.Phase = RunPhase.Running;
        run.Pid = pid;
        if (run.ProgramOf is { } executor)
        {
            Started(executor);
            return;
        }

        if (run.Task.HealthCheck is { } check)
            run.Health = new HealthRecord(check, now.Steady);
        if (run.Task.Check is { } looked)
            run.Check = new CheckRecord(looked, CheckRecord.NothingOf(looked));
        if (run.Task.MaxCompletionTime is { } limit)
            run.CompleteBy = now.Steady + LengthOf(limit);
        if (run.Intent is { } intent)
        {
            run.Intent = null;
            BeginEnd(run, intent, TimeSpan.Zero);
            return;
        }

        Report(run, TaskState.TaskStarting);
        Report(run, TaskState.TaskRunning);
        StartChecks(run);
    }

    private void StartChecks(TaskRun run)
    {
        if (run.Task.HealthCheck is not null || run.Task.Check is not null || run.Task.Activity is not null)
            effects.Add(new AgentEffect.StartChecks(run));
    }

    private void LaunchFailed(TaskRun run, LaunchFailure failure)
    {
        if (run.Phase != RunPhase.Launching)
            return;
        if (run.ProgramOf is { } executor)
        {
            Gone(executor, (AsKnownTo(run.Framework, failure.State), failure.Reason, failure.Message), NoStatus);
            return;
        }

        var (state, reason, message) = run.Intent is null
            ? (AsKnownTo(run.Framework, failure.State), failure.Reason, failure.Message)
            : (TaskState.TaskKilled, Reason.TaskKilledDuringLaunch, "Killed before it was started");
        run.Phase = RunPhase.Ended;
        Report(run, reports.OfNeverRun(run.Key, run.ExecutorId, state, AgentId, now.Wall, message, reason));
        LeavePod(run);
        if (run.Updates.Pending.Count == 0)
            Forget(run);
    }

    private void Kill(AgentInput.KillTask input)
    {
        if (!runs.TryGetValue(input.Task, out var run))
        {
            KillUnknown(input.Task);
            return;
        }

        End(run, input.GracePeriod, input.Draining ? KillIntent.Drained : KillIntent.Killed);
        if (run.Phase != RunPhase.Ended)
            EndGroupOf(run);
    }

    private void End(TaskRun run, TimeSpan? grace, KillIntent intent = KillIntent.Killed)
    {
        Touch(run);
        if (run.IsUnderProgram)
        {
            KillUnder(run, grace, intent);
        }
        else if (run.Phase == RunPhase.Launching)
        {
            run.Intent ??= intent;
            effects.Add(new AgentEffect.CheckpointKill(run.ContainerId, run.Intent.Value, null));
            effects.Add(new AgentEffect.CancelLaunch(run.ContainerId));
        }
        else if (run.Phase == RunPhase.Running)
        {
            BeginEnd(run, intent, grace);
        }
        else if (run.Phase == RunPhase.Ending && grace is { } shorter && now.Steady + shorter < run.KillAt)
        {
            run.KillAt = now.Steady + shorter;
            effects.Add(new AgentEffect.CheckpointKill(run.ContainerId, run.Intent ?? KillIntent.Killed, shorter));
        }
    }

    /// <summary>The master believes the task to be here: it is told otherwise, until it acknowledges.</summary>
    private void KillUnknown(TaskKey key)
    {
        var framework = new FrameworkInfo { User = "", Name = "", Id = new FrameworkID { Value = key.FrameworkId } };
        var task = new TaskInfo { Name = "", TaskId = new TaskID { Value = key.TaskId }, AgentId = new AgentID { Value = AgentId } };
        var run = new TaskRun(framework, task, "unknown-" + key.FrameworkId + "-" + key.TaskId) { Phase = RunPhase.Ended };
        Add(run);
        var report = reports.OfNeverRun(
            key, key.TaskId, TaskState.TaskDropped, AgentId, now.Wall, "This agent has no such task", Reason.ExecutorTerminated);
        run.Statuses.Add(report);
        run.Updates.Enqueue(report);
    }

    /// <summary>SIGTERM now, SIGKILL to all that is left after the grace period.</summary>
    private void BeginEnd(TaskRun run, KillIntent intent, TimeSpan? grace)
    {
        var period = grace ?? PolicyOf(run.Task) ?? settings.KillGracePeriod;
        if (period < TimeSpan.Zero)
            period = TimeSpan.Zero;
        run.Phase = RunPhase.Ending;
        run.Intent = intent;
        run.KillAt = now.Steady + period;
        effects.Add(new AgentEffect.CheckpointKill(run.ContainerId, intent, period));
        effects.Add(new AgentEffect.StopChecks(run.ContainerId));
        // As Mesos: a task that ran too long or took too much goes from RUNNING to FAILED.
        if (intent is not (KillIntent.Silent or KillIntent.TooLong or KillIntent.TooMuchDisk) && run.Framework.Has(Capability.TaskKillingState))
            Report(run, TaskState.TaskKilling, null, intent == KillIntent.Drained ? Reason.AgentDraining : null);
        effects.Add(new AgentEffect.Terminate(run.ContainerId));
    }

    private static TimeSpan? PolicyOf(TaskInfo task) => task.KillPolicy?.GracePeriod is { } given
        ? TimeSpan.FromTicks(given.Nanoseconds / 100)
        : null;

    private static TimeSpan LengthOf(DurationInfo limit) => TimeSpan.FromTicks(Math.Max(0, limit.Nanoseconds / 100));

    private static TaskState AsKnownTo(FrameworkInfo framework, TaskState state) =>
        (state is TaskState.TaskDropped or TaskState.TaskGone) && !framework.Has(Capability.PartitionAware) ? TaskState.TaskLost : state;

    private void EndSilently(Func<TaskRun, bool> which)
    {
        foreach (var run in runs.Values.Where(which).ToList())
        {
            run.Updates.Clear();
            Touch(run);
            if (run.IsUnderProgram)
            {
                ForgetUnder(run);
                continue;
            }

            switch (run.Phase)
            {
                case RunPhase.Launching:
                    run.Intent = KillIntent.Silent;
                    effects.Add(new AgentEffect.CheckpointKill(run.ContainerId, KillIntent.Silent, null));
                    effects.Add(new AgentEffect.CancelLaunch(run.ContainerId));
                    break;
                case RunPhase.Running:
                    BeginEnd(run, KillIntent.Silent, null);
                    break;
                case RunPhase.Ending:
                    run.Intent = KillIntent.Silent;
                    effects.Add(new AgentEffect.CheckpointKill(run.ContainerId, KillIntent.Silent, null));
                    break;
                case RunPhase.Ended:
                    run.Intent = KillIntent.Silent;
                    Forget(run);
                    break;
                default:
                    throw new InvalidOperationException($"Unhandled phase {run.Phase}");
            }
        }

        foreach (var executor in executors.Values.Where(each => which(each.Program)).ToList())
            ShutDown(executor, KillIntent.Silent);
    }

    private void Leave()
    {
        leaving = true;
        linked = false;
        EndSilently(_ => true);
    }

    private void Ended(TaskRun run, TaskEnd end, IReadOnlyList<string> lastLines)
    {
        if (run.Phase == RunPhase.Ended)
            return;
        if (run.ProgramOf is { } executor)
        {
            ProgramEnded(executor, end);
            return;
        }

        if (run.Phase == RunPhase.Running)
            effects.Add(new AgentEffect.StopChecks(run.ContainerId));
        var (state, message, reason) = TaskReports.Describe(end);
        switch (run.Intent)
        {
            case KillIntent.Killed:
                (state, reason) = (TaskState.TaskKilled, null);
                break;
            case KillIntent.Drained:
                (state, reason) = (TaskState.TaskKilled, Reason.AgentDraining);
                break;
            case KillIntent.Unhealthy:
                (state, message, reason) = (TaskState.TaskKilled, $"Killed because its health check failed; {message}", null);
                break;
            case KillIntent.TooLong:
                (state, message, reason) = (
                    TaskState.TaskFailed, $"Ran longer than its max_completion_time; {message}", Reason.MaxCompletionTimeReached);
                break;
            case KillIntent.TooMuchDisk:
                run.DiskExcess ??= DiskExcess.Forgotten(run.Task);
                (state, message, reason) = (TaskState.TaskFailed, $"{run.DiskExcess.Message}; {message}", Reason.ContainerLimitationDisk);
                break;
            case KillIntent.Silent or null:
                break;
            default:
                throw new InvalidOperationException($"Unhandled intent {run.Intent}");
        }

        run.Phase = RunPhase.Ended;
        run.KillAt = null;
        var report = end is TaskEnd.Unknown && run.Intent is null
            ? reports.OfNoEnd(run, state, AgentId, now.Wall, message)
            : reports.Of(run, state, AgentId, now.Wall, message, reason);
        if (state == TaskState.TaskFailed)
            report.LastLines.Add(lastLines);
        if (run.Intent == KillIntent.Unhealthy)
            report.Healthy = false;
        if (LimitOf(run, reason) is { } limit)
        {
            report.Source = Source.Agent;
            report.Limitation = new TaskResourceLimitation { Resources = { limit } };
        }

        Report(run, report);
        LeavePod(run);
        if (run.Updates.Pending.Count == 0)
            Forget(run);
    }

    private static IEnumerable<Resource>? LimitOf(TaskRun run, Reason? reason) => reason switch
    {
        Reason.ContainerLimitationMemory => run.Task.Resources.Where(each => each.Name == "mem"),
        Reason.ContainerLimitationDisk => run.DiskExcess!.Resources,
        _ => null,
    };

    /// <summary>At once: in a grace period it would only go on to fill the disk.</summary>
    private void DiskExceeded(TaskRun run, DiskExcess excess)
    {
        if (run.IsUnderProgram)
        {
            // What of the sandbox is whose only the executor knows.
            if (run.ExecutorKey is { } key && executors.GetValueOrDefault(key) is { IsEnding: false } executor)
                EndAtOnce(executor, TaskState.TaskFailed, Reason.ContainerLimitationDisk, excess.Message);
        }
        else if (run.Phase == RunPhase.Ending)
        {
            End(run, TimeSpan.Zero);
        }
        else if (run.Phase == RunPhase.Running)
        {
            run.DiskExcess = excess;
            BeginEnd(run, KillIntent.TooMuchDisk, TimeSpan.Zero);
        }
    }

    private void HealthObserved(TaskRun run, AgentInput.HealthObserved input)
    {
        if (run.Phase != RunPhase.Running || run.Health is not { } health)
            return;
        var verdict = health.Observe(input.Passed, now.Steady);
        if (verdict != HealthVerdict.Unchanged)
            Report(run, TaskState.TaskRunning, input.Message, Reason.TaskHealthCheckStatusUpdated);
        if (verdict == HealthVerdict.GiveUp)
            BeginEnd(run, KillIntent.Unhealthy, null);
    }

    private void CheckObserved(TaskRun run, CheckStatusInfo status)
    {
        if (run.Phase == RunPhase.Running && run.Check?.Observe(status) == true)
            Report(run, TaskState.TaskRunning, null, Reason.TaskCheckStatusUpdated);
    }

    /// <summary>Not as a status: it is seen again soon, so it need neither be kept nor acknowledged.</summary>
    private void ActivityObserved(TaskRun run, ActivityReport report)
    {
        if (run.Phase != RunPhase.Running || !linked || run.Task.Activity is not { } activity)
            return;
        run.Activity ??= new ActivityRecord(activity);
        if (run.Activity.Observe(report, now.Steady))
            effects.Add(new AgentEffect.SendExecutorMessage(new ExecutorKey(run.Key.FrameworkId, run.ExecutorId), report.ToByteString()));
    }
}
