using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Core.Protocol.Mesos.TaskReport.Types;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>
/// All decisions of an agent about its tasks: one input and the time in, effects out. No IO, no clock, no chance; one
/// thread at a time.
/// </summary>
public sealed partial class AgentCore(AgentSettings settings, TaskReports reports)
{
    private readonly Dictionary<TaskKey, TaskRun> runs = [];
    private readonly Dictionary<string, TaskRun> byContainer = new(StringComparer.Ordinal);
    private readonly Queue<CompletedTask> completed = new();
    private readonly List<AgentEffect> effects = [];
    private AgentTime now;
    private bool linked;
    private bool leaving;
    private HashSet<TaskRun> strangers = [];

    /// <summary>Empty until the master has given one.</summary>
    public string AgentId { get; private set; } = "";

    /// <summary>Tasks that run, or whose last update is not acknowledged yet.</summary>
    public IReadOnlyCollection<TaskRun> Runs => runs.Values;

    /// <summary>The latest tasks whose story is over, oldest first.</summary>
    public IReadOnlyCollection<CompletedTask> Completed => completed;

    /// <summary>Tasks of an agent that was given up are ending, and a registration must wait until they have.</summary>
    public bool Leaving => leaving || strangers.Count > 0;

    /// <summary>The effects are to be carried out in order, before the next input is given.</summary>
    public IReadOnlyList<AgentEffect> Decide(AgentInput input, AgentTime time)
    {
        now = time;
        effects.Clear();
        switch (input)
        {
            case AgentInput.RunTask run: Run(run); break;
            case AgentInput.RunGroup group: Run(group); break;
            case AgentInput.ShutdownExecutor executor: ShutdownExecutor(executor.Executor); break;
            case AgentInput.MessageToExecutor message: Pass(message); break;
            case AgentInput.ExecutorSubscribed subscribed: Subscribe(subscribed); break;
            case AgentInput.ExecutorStreamClosed closed: StreamClosed(closed); break;
            case AgentInput.ExecutorUpdate update: Update(update.Executor, update.Status); break;
            case AgentInput.MessageOfExecutor message: Pass(message); break;
            case AgentInput.VolumesPlaced placed: VolumesPlaced(placed); break;
            case AgentInput.KillTask kill: Kill(kill); break;
            case AgentInput.Acknowledge acknowledge: Acknowledge(acknowledge); break;
            case AgentInput.ShutdownFramework shutdown: EndSilently(run => run.Key.FrameworkId == shutdown.FrameworkId); break;
            case AgentInput.Shutdown: Leave(); break;
            case AgentInput.LinkRegistered registered: LinkUp(registered.AgentId); break;
            case AgentInput.Pinged pinged: TellMissingExecutors(pinged); break;
            case AgentInput.LinkLost: linked = false; break;
            case AgentInput.LaunchFailed failed: With(failed.ContainerId, run => LaunchFailed(run, failed.Failure)); break;
            case AgentInput.Launched launched: With(launched.ContainerId, run => Launched(run, launched.Pid)); break;
            case AgentInput.Ended ended: With(ended.ContainerId, run => Ended(run, ended.End, ended.LastLines)); break;
            case AgentInput.HealthObserved health: With(health.ContainerId, run => HealthObserved(run, health)); break;
            case AgentInput.CheckObserved check: With(check.ContainerId, run => CheckObserved(run, check.Status)); break;
            case AgentInput.ActivityObserved activity: With(activity.ContainerId, run => ActivityObserved(run, activity.Report)); break;
            case AgentInput.DiskExceeded disk: With(disk.ContainerId, run => DiskExceeded(run, disk.Excess)); break;
            case AgentInput.Tick: break;
            default: throw new InvalidOperationException($"Unhandled input {input.GetType().Name}");
        }

        OnTime();
        TellEndedExecutors();
        if (leaving && runs.Count == 0 && executors.Count == 0)
        {
            leaving = false;
            AgentId = "";
            effects.Add(new AgentEffect.RegisterAnew());
        }

        return effects.ToArray();
    }

    private void With(string containerId, Action<TaskRun> action)
    {
        if (!byContainer.TryGetValue(containerId, out var run))
            return;
        action(run);
        Touch(run);
    }

    private void LinkUp(string agentId)
    {
        AgentId = agentId;
        linked = true;
        foreach (var run in runs.Values)
        {
            run.Updates.Resend();
            Touch(run);
        }
    }

    private void Run(AgentInput.RunTask input)
    {
        var key = new TaskKey(input.Framework.Id.Value, input.Task.TaskId.Value);
        if (leaving)
            return; // The master has given this agent up, and told the framework what became of all that was sent to it.
        if (runs.TryGetValue(key, out var older))
        {
            if (older.Phase != RunPhase.Ended)
                return; // The master sent it again over a new link.
            // The master knows the end of the older task of that id; only its last acknowledgement has not come through.
            Forget(older);
        }

        if (input.Task.Executor is { } executor)
            RunUnder(input.Framework, executor, [(input.Task, input.ContainerId)], input.ExecutorContainerId, groupId: input.ContainerId);
        else
            Launch([new TaskRun(input.Framework, input.Task, input.ContainerId)]);
    }

    /// <summary>All or none: where one of a group can't be taken in, the others would only be ended again.</summary>
    private void Launch(IReadOnlyList<TaskRun> group)
    {
        var refusal = settings.Descriptors?.Refusal(TakenDescriptors, group.Sum(CostOf));
        foreach (var run in group)
        {
            Add(run);
            if (refusal is not null)
            {
                LaunchFailed(run, refusal);
                continue;
            }

            JoinPod(run);
            effects.Add(new AgentEffect.Launch(run));
        }

        foreach (var run in group)
            LookAtSiblings(run);
        if (refusal is not null && group[0].ExecutorKey is { } key)
            endedExecutors.Add((key, 0)); // Which is told only if no other group of it lives.
    }

    private long TakenDescriptors => runs.Values.Sum(CostOf) + executors.Count;

    /// <summary>Of the tasks of an executor that a framework brings the agent sees the executor alone.</summary>
    private static long CostOf(TaskRun run) =>
        run.IsUnderProgram ? 0 : DescriptorBudget.CostOf(run.Task, run.Phase);

    private void Add(TaskRun run)
    {
        runs[run.Key] = run;
        byContainer[run.ContainerId] = run;
        Touch(run);
    }

    private void Acknowledge(AgentInput.Acknowledge input)
    {
        if (!runs.TryGetValue(input.Task, out var run) || !run.Updates.Acknowledge(input.Uuid))
            return;
        effects.Add(new AgentEffect.CheckpointAcknowledgement(run.ContainerId, input.Uuid));
        Touch(run);
        if (run.Phase == RunPhase.Ended && run.Updates.Pending.Count == 0)
            Forget(run);
    }

    private void Forget(TaskRun run)
    {
        runs.Remove(run.Key);
        byContainer.Remove(run.ContainerId);
        strangers.Remove(run);
        effects.Add(new AgentEffect.Forget(run.ContainerId));
        if (run.Intent == KillIntent.Silent)
            return;
        completed.Enqueue(new CompletedTask(run.Framework, run.ToRecord(AgentId), run.ContainerId, run.Pod));
        while (completed.Count > settings.CompletedTasksKept)
            completed.Dequeue();
    }

    private void Report(TaskRun run, TaskReport report)
    {
        run.Statuses.Add(report);
        if (run.Intent == KillIntent.Silent)
            return;
        effects.Add(new AgentEffect.CheckpointStatus(run.ContainerId, report));
        run.Updates.Enqueue(report);
    }

    private void Report(TaskRun run, TaskState state, string? message = null, Reason? reason = null) =>
        Report(run, reports.Of(run, state, AgentId, now.Wall, message, reason));
}
