using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Core.Protocol.Mesos.TaskReport.Types;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>What the checkpoints of one task say after the agent was away.</summary>
/// <param name="WasStarted">Its processes have been there, whether or not they still are.</param>
/// <param name="Pid">Its supervisor's process id in this boot of the host; null when none is known.</param>
/// <param name="Age">Since its supervisor was started; zero when that is not known.</param>
/// <param name="KillIn">What is left of the grace period of a kill that had begun; null when that is not known.</param>
public sealed record RecoveredRun(
    FrameworkInfo Framework,
    TaskInfo Task,
    string ContainerId,
    IReadOnlyList<TaskReport> Statuses,
    IReadOnlySet<Google.Protobuf.ByteString> Acknowledged,
    KillIntent? Intent,
    bool WasStarted,
    int? Pid,
    TimeSpan Age,
    TimeSpan? KillIn)
{
    /// <summary>Null for a task by itself.</summary>
    public Pod? Pod { get; init; }

    /// <summary>Not null: the run is no task but this executor's program.</summary>
    public ExecutorInfo? Program { get; init; }

    /// <summary>The task was given to its executor, or the executor has subscribed.</summary>
    public bool WasDelivered { get; init; }
}

// Taking up what an earlier process of this agent left behind.
public sealed partial class AgentCore
{
    /// <summary>Before any input. The ends of tasks that are not alive any more follow as inputs.</summary>
    /// <param name="agentId">
    /// Empty when it is not known: it is then the one that the tasks were launched on. Tasks of another agent than this
    /// one has come to be are ended, and it joins a master only after them.
    /// </param>
    public IReadOnlyList<AgentEffect> Recover(string agentId, IReadOnlyList<RecoveredRun> recovered, AgentTime time)
    {
        AgentId = agentId.Length > 0 ? agentId : IdFromTasks(recovered);
        now = time;
        effects.Clear();
        foreach (var each in recovered.Where(each => each.Program is not null))
            RecoverExecutor(each);
        foreach (var each in recovered.Where(each => each.Program is null))
            Recover(each);
        foreach (var executor in executors.Values.Where(each => each.Program.Phase == RunPhase.Launching).ToList())
            Gone(executor, (AsKnownTo(executor.Framework, TaskState.TaskDropped), Reason.AgentRestarted, "The agent restarted before the executor was started"), NoStatus);
        // The agent may have died between the end of one and those of the others.
        foreach (var run in runs.Values.Where(run => run.Pod is not null && run.Phase == RunPhase.Ended && run.State != TaskState.TaskFinished).ToList())
            EndGroupOf(run);
        strangers = runs.Values.Concat(executors.Values.Select(each => each.Program)).Where(run => run.Task.AgentId?.Value is { } its && its != AgentId).ToHashSet();
        EndSilently(strangers.ToHashSet().Contains);
        leaving = AgentId.Length == 0 && strangers.Count > 0;

        TellEndedExecutors();
        ScheduleTouched();
        return effects.ToArray();
    }

    /// <summary>Tasks of an agent that the master gave up are being ended in silence: their agent's id is not valid any more.</summary>
    private static string IdFromTasks(IEnumerable<RecoveredRun> recovered) => recovered
        .Where(each => each.Intent != KillIntent.Silent && each.Task.AgentId?.Value is { Length: > 0 })
        .GroupBy(each => each.Task.AgentId.Value, StringComparer.Ordinal)
        .OrderByDescending(each => each.Count()).ThenBy(each => each.Key, StringComparer.Ordinal)
        .FirstOrDefault()?.Key ?? "";

    private void Recover(RecoveredRun each)
    {
        var run = new TaskRun(each.Framework, each.Task, each.ContainerId, each.Pod) { Pid = each.Pid, Intent = each.Intent };
        Add(run);
        run.Statuses.AddRange(each.Statuses);
        if (each.Intent != KillIntent.Silent)
            foreach (var status in each.Statuses.Where(status => !each.Acknowledged.Contains(status.Uuid)))
                run.Updates.Enqueue(status);
        if (run.State.IsTerminal())
        {
            run.Phase = RunPhase.Ended;
            if (run.Updates.Pending.Count == 0)
                Forget(run);
            return;
        }

        if (run.IsUnderProgram)
        {
            RejoinExecutor(run, each.WasDelivered);
            return;
        }

        JoinPod(run);
        if (each.WasStarted)
        {
            Readopt(run, each);
        }
        else
        {
            LaunchFailed(run, new LaunchFailure(
                TaskState.TaskDropped, Reason.AgentRestarted, "The agent restarted before the task was started"));
        }
    }

    private void Readopt(TaskRun run, RecoveredRun each)
    {
        if (run.Statuses.Count == 0 && each.Pid is { } pid)
        {
            Launched(run, pid);
            return;
        }

        var startedAt = now.Steady - each.Age;
        if (run.Task.Check is { } looked)
            run.Check = new CheckRecord(looked, run.Statuses.LastOrDefault()?.CheckStatus ?? CheckRecord.NothingOf(looked));
        if (run.Task.HealthCheck is { } check)
            run.Health = new HealthRecord(check, startedAt);
        if (run.Task.MaxCompletionTime is { } limit)
            run.CompleteBy = startedAt + LengthOf(limit);
        run.Phase = RunPhase.Running;
        if (!run.Statuses.Exists(status => status.State == TaskState.TaskRunning) && run.Intent is null)
            Report(run, TaskState.TaskRunning);
        if (run.Intent is { } intent)
        {
            run.Phase = RunPhase.Ending;
            run.Intent = intent;
            run.KillAt = now.Steady + (each.KillIn ?? PolicyOf(run.Task) ?? settings.KillGracePeriod);
            effects.Add(new AgentEffect.Terminate(run.ContainerId));
        }
        else
        {
            StartChecks(run);
        }
    }
}
