using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Decisions;

// Tasks that belong together. Each is a run of its own; the executor of a pod is there as long as one of them is.
public sealed partial class AgentCore
{
    private readonly Dictionary<ExecutorKey, List<TaskRun>> pods = [];
    private readonly List<(ExecutorKey Key, int Status)> endedExecutors = [];

    /// <summary>Those that live: of each pod at least one task has processes or is about to.</summary>
    public IEnumerable<Pod> Pods => pods.Values.Select(members => members[0].Pod!);

    private void Run(AgentInput.RunGroup input)
    {
        var frameworkId = input.Framework.Id.Value;
        if (leaving)
            return; // As for a task by itself.
        if (input.Tasks.Any(each => runs.TryGetValue(new TaskKey(frameworkId, each.Task.TaskId.Value), out var run) && run.Phase != RunPhase.Ended))
            return; // The master sent it again over a new link.
        if (input.Executor.Type == ExecutorInfo.Types.Type.Custom)
        {
            foreach (var older in input.Tasks.Select(each => runs.GetValueOrDefault(new TaskKey(frameworkId, each.Task.TaskId.Value))).OfType<TaskRun>().ToList())
                Forget(older);
            RunUnder(input.Framework, input.Executor, input.Tasks, input.ExecutorContainerId, input.GroupId);
            return;
        }

        var key = new ExecutorKey(frameworkId, input.Executor.ExecutorId.Value);
        var pod = pods.TryGetValue(key, out var living)
            ? living[0].Pod! with { GroupId = input.GroupId }
            : new Pod(input.Executor, input.ExecutorContainerId, input.GroupId);
        foreach (var (task, _) in input.Tasks)
        {
            if (runs.TryGetValue(new TaskKey(frameworkId, task.TaskId.Value), out var older))
                Forget(older);
        }

        Launch([.. input.Tasks.Select(each => new TaskRun(input.Framework, each.Task, each.ContainerId, pod))]);
    }

    private void JoinPod(TaskRun run)
    {
        if (run.ExecutorKey is not { } key)
            return;
        if (!pods.TryGetValue(key, out var members))
            pods[key] = members = [];
        members.Add(run);
    }

    /// <summary>A task of a pod may ask for volumes of those that share the pod with it.</summary>
    private void LookAtSiblings(TaskRun run)
    {
        if (run.ExecutorKey is { } key && pods.TryGetValue(key, out var members))
            run.VolumesOfSiblings = [.. members.Where(other => other != run).SelectMany(other => other.Task.Resources).Where(each => each.Disk?.Persistence is not null)];
    }

    /// <summary>The run has come to its end, which is the end of its group unless it was a good one.</summary>
    private void LeavePod(TaskRun run)
    {
        if (run.ExecutorKey is not { } key || !pods.TryGetValue(key, out var members) || !members.Remove(run))
            return;
        if (members.Count == 0)
        {
            pods.Remove(key);
            if (run.Intent != KillIntent.Silent)
            {
                endedExecutors.Add((key, 0));
                Remember(new CompletedExecutor(run.Framework, run.Pod!.Executor.WithoutSecrets(), run.Pod.ContainerId));
            }
        }

        if (run.State != TaskState.TaskFinished)
            EndGroupOf(run);
    }

    private void EndGroupOf(TaskRun run)
    {
        if (run.ExecutorKey is not { } key || !pods.TryGetValue(key, out var members))
            return;
        foreach (var other in members.Where(other => other != run && other.Pod!.GroupId == run.Pod!.GroupId).ToList())
            End(other, null);
    }

    private void ShutdownExecutor(ExecutorKey key)
    {
        if (executors.TryGetValue(key, out var executor))
            ShutDown(executor, KillIntent.Killed);
        if (!pods.TryGetValue(key, out var members))
            return;
        foreach (var member in members.ToList())
            End(member, null);
    }

    /// <summary>
    /// After the updates of its tasks, as an executor that ends by itself would be seen to. Without a link it waits for the next
    /// one: a registration on its way may still have named the executor. A master that does not know it takes no notice.
    /// </summary>
    private void TellEndedExecutors()
    {
        if (!linked)
            return;
        effects.AddRange(endedExecutors.Where(each => !pods.ContainsKey(each.Key) && !executors.ContainsKey(each.Key))
            .Select(each => new AgentEffect.ExecutorEnded(each.Key, each.Status)));
        endedExecutors.Clear();
    }

    /// <summary>What was told of their end did not come through, and they would hold resources for ever.</summary>
    private void TellMissingExecutors(AgentInput.Pinged pinged)
    {
        if (linked)
            effects.AddRange(pinged.Executors.Where(key => !pods.ContainsKey(key) && !executors.ContainsKey(key)).Select(key => new AgentEffect.ExecutorEnded(key, NoStatus, pinged.Number)));
    }
}
