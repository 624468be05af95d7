using DataPlatform.Core.Protocol.Mesos;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;
using static DataPlatform.Core.Protocol.Mesos.TaskReport.Types;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>What the checkpoints of one task say after the agent was away.</summary>
/// <param name="Pid">The supervisor's process id when the task had been started, whether or not it still lives.</param>
public sealed record RecoveredRun(
    FrameworkInfo Framework,
    TaskInfo Task,
    string ContainerId,
    IReadOnlyList<TaskReport> Statuses,
    IReadOnlySet<Google.Protobuf.ByteString> Acknowledged,
    KillIntent? Intent,
    int? Pid,
    DateTimeOffset? StartedAt);

// Taking up what an earlier process of this agent left behind.
public sealed partial class AgentCore
{
    /// <summary>Before any input. The ends of tasks that are not alive any more follow as inputs.</summary>
    public IReadOnlyList<AgentEffect> Recover(string agentId, IEnumerable<RecoveredRun> recovered, DateTimeOffset time)
    {
        AgentId = agentId;
        now = time;
        effects.Clear();
        foreach (var each in recovered)
            Recover(each);
        return effects.ToArray();
    }

    private void Recover(RecoveredRun each)
    {
        var run = new TaskRun(each.Framework, each.Task, each.ContainerId) { Pid = each.Pid, Intent = each.Intent };
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
        }
        else if (each.Pid is { } pid)
        {
            Readopt(run, pid, each.StartedAt ?? now);
        }
        else
        {
            var state = each.Framework.Has(Capability.PartitionAware) ? TaskState.TaskDropped : TaskState.TaskLost;
            LaunchFailed(run, new LaunchFailure(state, Reason.AgentRestarted, "The agent restarted before the task was started"));
        }
    }

    private void Readopt(TaskRun run, int pid, DateTimeOffset startedAt)
    {
        if (run.Statuses.Count == 0)
        {
            Launched(run, pid);
            return;
        }

        var last = run.Statuses[^1];
        run.CheckStatus = run.Task.Check is null ? null : last.CheckStatus;
        if (run.Task.HealthCheck is { } check)
            run.Health = new HealthRecord(check, startedAt);
        if (run.Task.MaxCompletionTime is { } limit)
            run.CompleteBy = startedAt + TimeSpan.FromTicks(Math.Max(0, limit.Nanoseconds / 100));
        run.Phase = RunPhase.Running;
        if (!run.Statuses.Exists(status => status.State == TaskState.TaskRunning) && run.Intent is null)
            Report(run, TaskState.TaskRunning);
        if (run.Intent is { } intent)
        {
            run.Phase = RunPhase.Ending;
            run.Intent = intent;
            run.KillAt = now + (PolicyOf(run.Task) ?? settings.KillGracePeriod);
            effects.Add(new AgentEffect.Terminate(run.ContainerId));
        }
        else
        {
            StartChecks(run);
        }
    }
}
