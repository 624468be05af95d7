using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Core.Protocol.Mesos.TaskReport.Types;
using EventType = DataPlatform.Core.Protocol.Mesos.ExecutorEvent.Types.Type;

namespace DataPlatform.Services.Agent.Decisions;

// What executors that are programs of their frameworks are told and tell.
public sealed partial class AgentCore
{
    /// <summary>Why the executor can't speak of the task, or null.</summary>
    public string? WhyNotUpdate(ExecutorKey executor, string taskId) =>
        !runs.TryGetValue(new TaskKey(executor.FrameworkId, taskId), out var run) || run.ExecutorKey != executor ? "the executor has no such task"
        : run.Phase == RunPhase.Launching ? "the executor has not been given the task yet"
        : null;

    /// <summary>So many updates of the task wait for the scheduler that the executor has to wait too; false for a task that it has not.</summary>
    public bool HasTooManyUpdates(ExecutorKey executor, string taskId) =>
        runs.TryGetValue(new TaskKey(executor.FrameworkId, taskId), out var run) && run.ExecutorKey == executor && run.Updates.Pending.Count >= settings.WaitingUpdatesOfTask;

    private void Subscribe(AgentInput.ExecutorSubscribed input)
    {
        if (!executors.TryGetValue(input.Executor, out var executor) || executor.Program.ContainerId != input.ContainerId)
        {
            effects.Add(new AgentEffect.CloseExecutorStream(input.StreamId));
            return;
        }

        if (executor.StreamId is { } older)
            effects.Add(new AgentEffect.CloseExecutorStream(older));
        executor.StreamId = input.StreamId;
        if (!executor.HasSubscribed)
            effects.Add(new AgentEffect.CheckpointDelivery(executor.Program.ContainerId));
        executor.HasSubscribed = true;
        executor.SubscribeBy = null;
        Touch(executor.Program);
        Tell(executor, Welcome(executor, input.Self));
        foreach (var update in input.Updates)
            Update(executor.Key, update);
        EndLost(executor, [.. input.Unacknowledged.Select(task => task.TaskId.Value)]);
        if (executor.IsEnding)
        {
            Tell(executor, new ExecutorEvent { Type = EventType.Shutdown });
            return;
        }

        foreach (var run in executor.Members.Where(run => run.Intent is not null))
            TellKill(executor, run, null);
        Deliver(executor);
    }

    /// <summary>Tasks of which the executor has not heard although it was told of them.</summary>
    private void EndLost(ExecutorRun executor, HashSet<string> known)
    {
        foreach (var run in executor.Members.Where(run => run.Phase == RunPhase.Running && run.Statuses.Count == 0 && !known.Contains(run.Key.TaskId)).ToList())
        {
            EndUnder(executor, run, NeverRun(
                run, AsKnownTo(run.Framework, TaskState.TaskDropped), Reason.AgentRestarted, "The task was lost on its way to the executor, which subscribed again without it"));
        }
    }

    private void StreamClosed(AgentInput.ExecutorStreamClosed input)
    {
        if (executors.TryGetValue(input.Executor, out var executor) && executor.StreamId == input.StreamId)
            executor.StreamId = null;
    }

    private void Deliver(ExecutorRun executor)
    {
        if (executor.StreamId is null || executor.IsEnding)
            return;
        var groups = executor.Members.Where(run => run.Phase == RunPhase.Launching).GroupBy(run => run.Pod!.GroupId).ToList();
        foreach (var group in groups.Where(group => group.Any(run => run is { HasVolumes: true, Volumes: VolumeStage.None })))
            AskForVolumes(executor, [.. group]);
        var waiting = groups.FindAll(group => group.All(run => !run.HasVolumes || run.Volumes == VolumeStage.Placed));
        if (waiting.Count == 0)
            return;
        executor.WasGivenTasks = true;
        effects.Add(new AgentEffect.Resize(executor));
        foreach (var group in waiting)
        {
            foreach (var run in group)
            {
                run.Phase = RunPhase.Running;
                effects.Add(new AgentEffect.CheckpointDelivery(run.ContainerId));
            }

            Tell(executor, LaunchOf([.. group.Select(run => run.Task)]));
        }
    }

    private void AskForVolumes(ExecutorRun executor, IReadOnlyList<TaskRun> group)
    {
        foreach (var run in group)
            run.Volumes = VolumeStage.Asked;
        effects.Add(new AgentEffect.PlaceVolumes(executor, group));
    }

    private void VolumesPlaced(AgentInput.VolumesPlaced input)
    {
        if (!byContainer.TryGetValue(input.ContainerId, out var program) || program.ProgramOf is not { } executor)
            return;
        foreach (var run in executor.Members.Where(run => run.Pod!.GroupId == input.GroupId))
            run.Volumes = VolumeStage.Placed;
        if (input.WhyNot is { } why)
            EndWaiting(executor, input.GroupId, TaskState.TaskFailed, Reason.ContainerUpdateFailed, $"The executor can't be given the task's volumes: {why}");
        Deliver(executor);
    }

    private void Update(ExecutorKey key, TaskReport given)
    {
        if (!executors.TryGetValue(key, out var executor))
            return;
        if (WhyNotUpdate(key, given.TaskId.Value) is null && runs[new TaskKey(key.FrameworkId, given.TaskId.Value)] is var run && IsNews(run, given))
        {
            var report = reports.OfExecutor(run, executor.Program.Pid, given, AgentId, now.Wall);
            if (given.State.IsTerminal())
                EndByExecutor(executor, run, report);
            else
                Report(run, report);
            Touch(run);
        }

        // Also of what was known before, or is too late to matter: the executor need not say it again.
        Tell(executor, new ExecutorEvent
        {
            Type = EventType.Acknowledged,
            Acknowledged = new ExecutorEvent.Types.Acknowledged { TaskId = given.TaskId, Uuid = given.Uuid },
        });
    }

    private static bool IsNews(TaskRun run, TaskReport given) =>
        run.Phase != RunPhase.Ended && run.Statuses.TrueForAll(status => status.Uuid != given.Uuid);

    private void EndByExecutor(ExecutorRun executor, TaskRun run, TaskReport report)
    {
        EndUnder(executor, run, report);
        if (executor.IsEnding)
            return;
        if (run.Intent == KillIntent.Drained && executor.Members.Count == 0)
            ShutDown(executor, KillIntent.Drained); // An agent is empty only without it.
        else
            effects.Add(new AgentEffect.Resize(executor));
    }

    private void Pass(AgentInput.MessageToExecutor input)
    {
        if (executors.TryGetValue(input.Executor, out var executor))
        {
            Tell(executor, new ExecutorEvent
            {
                Type = EventType.Message,
                Message = new ExecutorEvent.Types.Message { Data = input.Data },
            });
        }
    }

    private void Pass(AgentInput.MessageOfExecutor input)
    {
        if (linked && executors.ContainsKey(input.Executor))
            effects.Add(new AgentEffect.SendExecutorMessage(input.Executor, input.Data));
    }

    private void TellKill(ExecutorRun executor, TaskRun run, TimeSpan? grace)
    {
        var kill = new ExecutorEvent.Types.Kill { TaskId = run.Task.TaskId };
        if (grace is { } given)
            kill.KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = given.Ticks * TimeSpan.NanosecondsPerTick } };
        Tell(executor, new ExecutorEvent { Type = EventType.Kill, Kill = kill });
    }

    /// <summary>What an executor is told that is not there is told again when it is back, or was not meant to last.</summary>
    private void Tell(ExecutorRun executor, ExecutorEvent message)
    {
        if (executor.StreamId is { } stream)
            effects.Add(new AgentEffect.TellExecutor(stream, message));
    }

    private static ExecutorEvent Welcome(ExecutorRun executor, AgentInfo self) => new()
    {
        Type = EventType.Subscribed,
        Subscribed = new ExecutorEvent.Types.Subscribed
        {
            ExecutorInfo = executor.Info,
            FrameworkInfo = executor.Framework,
            AgentInfo = self,
            ContainerId = new ContainerID { Value = executor.Program.ContainerId },
        },
    };

    private static ExecutorEvent LaunchOf(List<TaskInfo> tasks)
    {
        // A task by itself names its executor; those of a group don't.
        if (tasks is [{ Executor: not null } single])
            return new ExecutorEvent { Type = EventType.Launch, Launch = new ExecutorEvent.Types.Launch { Task = single } };
        var group = new TaskGroupInfo();
        group.Tasks.Add(tasks);
        return new ExecutorEvent { Type = EventType.LaunchGroup, LaunchGroup = new ExecutorEvent.Types.LaunchGroup { TaskGroup = group } };
    }
}
