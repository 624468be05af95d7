using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Core.Protocol.Mesos.TaskReport.Types;

namespace DataPlatform.Services.Agent.Decisions;

// Executors that are programs of their frameworks: their life, and what it means for their tasks.
public sealed partial class AgentCore
{
    /// <summary>What Mesos says of an end that nobody saw.</summary>
    private const int NoStatus = -1;

    private readonly Dictionary<ExecutorKey, ExecutorRun> executors = [];
    private readonly Queue<CompletedExecutor> completedExecutors = new();

    /// <summary>The programs of frameworks that live; those of <see cref="Pods"/> are the agent's own.</summary>
    public IReadOnlyDictionary<ExecutorKey, ExecutorRun> Executors => executors;

    /// <summary>All that live, of either kind, with the framework that each is of.</summary>
    public IEnumerable<(FrameworkInfo Framework, ExecutorInfo Info)> ExecutorInfos => LivingExecutors.Select(each => (each.Framework, each.Info));

    /// <summary>The same with their containers.</summary>
    public IEnumerable<(FrameworkInfo Framework, ExecutorInfo Info, string ContainerId)> LivingExecutors => pods.Values
        .Select(members => (members[0].Framework, members[0].Pod!.Executor.WithoutSecrets(), members[0].Pod!.ContainerId))
        .Concat(executors.Values.Select(each => (each.Framework, each.Info.WithoutSecrets(), each.Program.ContainerId)));

    /// <summary>The latest that have ended, of either kind, oldest first.</summary>
    public IEnumerable<CompletedExecutor> CompletedExecutors => completedExecutors.Concat(
        runs.Values.Where(run => run.Phase == RunPhase.Ended).Select(run => (run.Framework, run.Pod)).Concat(completed.Select(task => (task.Framework, task.Pod)))
            .Where(each => each.Pod is not null && !IsAlive(new ExecutorKey(each.Framework.Id.Value, each.Pod.Executor.ExecutorId.Value), each.Pod.ContainerId))
            .Select(each => new CompletedExecutor(each.Framework, each.Pod!.Executor.WithoutSecrets(), each.Pod.ContainerId))).DistinctBy(each => each.ContainerId);

    /// <summary>All that have processes of their own, or had: tasks but those under a program, and these programs.</summary>
    public IEnumerable<TaskRun> Programs => runs.Values.Where(run => !run.IsUnderProgram).Concat(executors.Values.Select(each => each.Program));

    private void RunUnder(
        FrameworkInfo framework, ExecutorInfo info, IReadOnlyList<(TaskInfo Task, string ContainerId)> tasks, string executorContainerId, string groupId)
    {
        var key = new ExecutorKey(framework.Id.Value, info.ExecutorId.Value);
        if (!executors.TryGetValue(key, out var executor) && executorContainerId.Length == 0)
        {
            foreach (var (task, containerId) in tasks)
                EndAlone(AddUnder(framework, task, containerId, new Pod(info, containerId, groupId)), AsKnownTo(framework, TaskState.TaskDropped), Reason.ExecutorTerminated, "The task's executor has ended");
            return;
        }

        if (executor is null)
        {
            executor = Add(new ExecutorRun(framework, info, executorContainerId, AgentId));
            effects.Add(new AgentEffect.Launch(executor.Program));
        }

        var pod = new Pod(executor.Info, executor.Program.ContainerId, groupId);
        executor.Members.AddRange([.. tasks.Select(each => AddUnder(framework, each.Task, each.ContainerId, pod))]);

        if (executor.IsEnding)
            EndWaiting(executor, groupId, AsKnownTo(framework, TaskState.TaskDropped), Reason.ExecutorTerminated, "The task's executor is ending");
        Deliver(executor);
    }

    private TaskRun AddUnder(FrameworkInfo framework, TaskInfo task, string containerId, Pod pod)
    {
        var run = new TaskRun(framework, task, containerId, pod);
        Add(run);
        effects.Add(new AgentEffect.CheckpointRun(run));
        return run;
    }

    private ExecutorRun Add(ExecutorRun executor)
    {
        executors[executor.Key] = executor;
        byContainer[executor.Program.ContainerId] = executor.Program;
        Touch(executor.Program);
        return executor;
    }

    private void Started(ExecutorRun executor)
    {
        if (executor.Program.Intent is { } intent)
            ShutDown(executor, intent);
        else if (executor.StreamId is null)
            executor.SubscribeBy = now.Steady + settings.ExecutorRegistrationTimeout;
    }

    /// <summary>SHUTDOWN now, where it listens, and SIGKILL to all that is left after the grace period.</summary>
    private void ShutDown(ExecutorRun executor, KillIntent intent)
    {
        var program = executor.Program;
        Touch(program);
        if (program.Intent == KillIntent.Silent)
            intent = KillIntent.Silent;
        if (program.Phase == RunPhase.Running)
        {
            var grace = GraceOf(executor);
            program.Phase = RunPhase.Ending;
            program.KillAt = now.Steady + grace;
            effects.Add(new AgentEffect.CheckpointKill(program.ContainerId, intent, grace));
            if (executor.StreamId is not null)
                Tell(executor, new ExecutorEvent { Type = ExecutorEvent.Types.Type.Shutdown });
            else
                effects.Add(new AgentEffect.Terminate(program.ContainerId));
        }
        else
        {
            effects.Add(new AgentEffect.CheckpointKill(program.ContainerId, intent, null));
            if (program.Phase == RunPhase.Launching)
                effects.Add(new AgentEffect.CancelLaunch(program.ContainerId));
        }

        program.Intent = intent;
    }

    /// <summary>It has not subscribed in time: nobody knows what it does, so it is not asked.</summary>
    private void GiveUp(ExecutorRun executor)
    {
        if (executor.WasFound)
        {
            EndAtOnce(executor, AsKnownTo(executor.Framework, TaskState.TaskGone), Reason.ExecutorReregistrationTimeout,
                $"The executor did not subscribe within {settings.ExecutorReregistrationTimeout.TotalSeconds:0.###} s of the agent's restart");
        }
        else
        {
            EndAtOnce(executor, TaskState.TaskFailed, Reason.ExecutorRegistrationTimeout,
                $"The executor did not subscribe within {settings.ExecutorRegistrationTimeout.TotalSeconds:0.###} s of its start");
        }
    }

    private void EndAtOnce(ExecutorRun executor, TaskState state, Reason reason, string message)
    {
        Touch(executor.Program);
        executor.Verdict = (state, reason, message);
        executor.SubscribeBy = null;
        executor.Program.Phase = RunPhase.Ending;
        executor.Program.Intent = KillIntent.Killed;
        executor.Program.KillAt = now.Steady;
        effects.Add(new AgentEffect.CheckpointKill(executor.Program.ContainerId, KillIntent.Killed, TimeSpan.Zero));
    }

    private void ProgramEnded(ExecutorRun executor, TaskEnd end)
    {
        var (_, message, reason) = TaskReports.Describe(end);
        if (end is TaskEnd.Unknown)
            message = "its processes are gone and left no exit status: its supervisor was killed or the host restarted";
        var verdict = executor.Verdict ?? (
            TaskState.TaskFailed, reason == Reason.ContainerLimitationMemory ? reason.Value : Reason.ExecutorTerminated, $"The task's executor ended before the task: {message}");
        Gone(executor, verdict, end is TaskEnd.Status status ? WaitStatus.Of(status.Value) : end is TaskEnd.OutOfMemory { Value: { } value } ? WaitStatus.Of(value) : NoStatus);
    }

    private void Gone(ExecutorRun executor, (TaskState State, Reason Reason, string Message) verdict, int status)
    {
        var program = executor.Program;
        program.Phase = RunPhase.Ended;
        program.KillAt = null;
        if (executor.StreamId is { } stream)
            effects.Add(new AgentEffect.CloseExecutorStream(stream));
        executors.Remove(executor.Key);
        byContainer.Remove(program.ContainerId);
        strangers.Remove(program);
        foreach (var run in executor.Members.ToList())
            EndUnder(executor, run, NeverRun(run, verdict.State, verdict.Reason, verdict.Message));
        effects.Add(new AgentEffect.Forget(program.ContainerId));
        if (program.Intent == KillIntent.Silent)
            return;
        endedExecutors.Add((executor.Key, status));
        Remember(new CompletedExecutor(executor.Framework, executor.Info.WithoutSecrets(), program.ContainerId));
    }

    private void Remember(CompletedExecutor executor)
    {
        completedExecutors.Enqueue(executor);
        while (completedExecutors.Count > settings.CompletedExecutorsKept)
            completedExecutors.Dequeue();
    }

    private bool IsAlive(ExecutorKey key, string containerId) =>
        executors.GetValueOrDefault(key)?.Program.ContainerId == containerId || (pods.TryGetValue(key, out var members) && members[0].Pod!.ContainerId == containerId);

    private void KillUnder(TaskRun run, TimeSpan? grace, KillIntent intent)
    {
        if (run.Phase == RunPhase.Ended || !executors.TryGetValue(run.ExecutorKey!.Value, out var executor))
            return;
        if (run.Phase == RunPhase.Launching)
        {
            EndWaiting(executor, run.Pod!.GroupId, TaskState.TaskKilled, Reason.TaskKilledDuringLaunch, "Killed before it was given to its executor");
            if ((!executor.WasGivenTasks || intent == KillIntent.Drained) && executor.Members.Count == 0 && !executor.IsEnding)
                ShutDown(executor, intent);
            return;
        }

        run.Intent = intent;
        effects.Add(new AgentEffect.CheckpointKill(run.ContainerId, intent, grace));
        TellKill(executor, run, grace);
    }

    /// <summary>Those of a group that the executor has not been given end together.</summary>
    private void EndWaiting(ExecutorRun executor, string groupId, TaskState state, Reason reason, string message)
    {
        foreach (var run in executor.Members.Where(run => run.Phase == RunPhase.Launching && run.Pod!.GroupId == groupId).ToList())
            EndUnder(executor, run, NeverRun(run, state, reason, message));
    }

    private void EndUnder(ExecutorRun executor, TaskRun run, TaskReport report)
    {
        run.Phase = RunPhase.Ended;
        executor.Members.Remove(run);
        // Before the end is told: whoever has the volume next must not find it here.
        if (run.HasVolumes && executor.Program.Phase is (RunPhase.Running or RunPhase.Ending))
            effects.Add(new AgentEffect.TakeVolumes(executor, run));
        Report(run, report);
        Touch(run);
        if (run.Updates.Pending.Count == 0)
            Forget(run);
    }

    private void ForgetUnder(TaskRun run)
    {
        run.Intent = KillIntent.Silent;
        run.Phase = RunPhase.Ended;
        executors.GetValueOrDefault(run.ExecutorKey!.Value)?.Members.Remove(run);
        Forget(run);
    }

    private TaskReport NeverRun(TaskRun run, TaskState state, Reason reason, string message) =>
        reports.OfNeverRun(run.Key, run.ExecutorId, state, AgentId, now.Wall, message, reason);

    private TimeSpan GraceOf(ExecutorRun executor) =>
        executor.Info.ShutdownGracePeriod is { } given ? LengthOf(given) : settings.KillGracePeriod;

    private void RecoverExecutor(RecoveredRun each)
    {
        var executor = Add(new ExecutorRun(each.Framework, each.Program!, each.ContainerId, each.Task.AgentId?.Value ?? AgentId));
        var program = executor.Program;
        (program.Pid, program.Intent) = (each.Pid, each.Intent);
        if (!each.WasStarted)
            return;
        program.Phase = RunPhase.Running;
        if (each.Intent is not null)
        {
            program.Phase = RunPhase.Ending;
            program.KillAt = now.Steady + (each.KillIn ?? GraceOf(executor));
            effects.Add(new AgentEffect.Terminate(program.ContainerId));
        }
        else if (each.WasDelivered)
        {
            executor.SubscribeBy = now.Steady + settings.ExecutorReregistrationTimeout;
            executor.WasFound = true;
        }
        else
        {
            executor.SubscribeBy = now.Steady - each.Age + settings.ExecutorRegistrationTimeout;
        }
    }

    private void RejoinExecutor(TaskRun run, bool wasDelivered)
    {
        run.Phase = wasDelivered || run.Statuses.Count > 0 ? RunPhase.Running : RunPhase.Launching;
        if (executors.TryGetValue(run.ExecutorKey!.Value, out var executor))
        {
            executor.Members.Add(run);
            executor.WasGivenTasks |= run.Phase == RunPhase.Running;
            return;
        }

        var (state, reason, message) = run.Phase == RunPhase.Running
            ? (TaskState.TaskFailed, Reason.ExecutorTerminated, "The task's executor ended before the task")
            : (AsKnownTo(run.Framework, TaskState.TaskDropped), Reason.AgentRestarted, "The agent restarted before the task's executor was started");
        EndAlone(run, state, reason, message);
    }

    /// <summary>Its executor is not there.</summary>
    private void EndAlone(TaskRun run, TaskState state, Reason reason, string message)
    {
        run.Phase = RunPhase.Ended;
        Report(run, NeverRun(run, state, reason, message));
        Touch(run);
    }
}
