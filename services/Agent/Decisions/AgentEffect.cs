using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>What is to be done after a decision, in this order. Each can be done again after a crash.</summary>
public abstract record AgentEffect
{
    private AgentEffect()
    {
    }

    public sealed record Launch(TaskRun Run) : AgentEffect;

    public sealed record CancelLaunch(string ContainerId) : AgentEffect;

    /// <summary>SIGTERM to every process of the task.</summary>
    public sealed record Terminate(string ContainerId) : AgentEffect;

    /// <summary>SIGKILL to every process of the task until none is left.</summary>
    public sealed record Destroy(string ContainerId) : AgentEffect;

    public sealed record StartChecks(TaskRun Run) : AgentEffect;

    public sealed record StopChecks(string ContainerId) : AgentEffect;

    /// <summary>Of a task that is not launched as a process of its own.</summary>
    public sealed record CheckpointRun(TaskRun Run) : AgentEffect;

    /// <summary>A task is about to be given to its executor, or an executor has subscribed.</summary>
    public sealed record CheckpointDelivery(string ContainerId) : AgentEffect;

    public sealed record CheckpointStatus(string ContainerId, TaskReport Status) : AgentEffect;

    public sealed record CheckpointAcknowledgement(string ContainerId, ByteString Uuid) : AgentEffect;

    /// <param name="Grace">From now to SIGKILL; null while that is not decided, because the task is not running yet.</param>
    public sealed record CheckpointKill(string ContainerId, KillIntent Intent, TimeSpan? Grace) : AgentEffect;

    public sealed record Send(TaskKey Task, TaskReport Status, TaskState Latest) : AgentEffect;

    /// <param name="Status">As wait(2) tells it.</param>
    /// <param name="Ping">Of the master's, to which this is the answer.</param>
    public sealed record ExecutorEnded(ExecutorKey Executor, int Status, long? Ping = null) : AgentEffect;

    public sealed record TellExecutor(string StreamId, ExecutorEvent Event) : AgentEffect;

    public sealed record CloseExecutorStream(string StreamId) : AgentEffect;

    public sealed record SendExecutorMessage(ExecutorKey Executor, ByteString Data) : AgentEffect;

    /// <summary>The executor's container is to have what the executor and its tasks have now: once for all decisions that are carried out together.</summary>
    public sealed record Resize(ExecutorRun Executor) : AgentEffect
    {
        public string ContainerId => Executor.Program.ContainerId;

        public IReadOnlyList<Resource> Resources => Executor.Resources;
    }

    /// <summary>The tasks' persistent volumes are to be in their executor's sandbox. <see cref="AgentInput.VolumesPlaced"/> follows, and only then are the tasks given to it.</summary>
    /// <param name="Tasks">Of one group.</param>
    public sealed record PlaceVolumes(ExecutorRun Executor, IReadOnlyList<TaskRun> Tasks) : AgentEffect;

    /// <summary>What this task of the executor had of persistent volumes, and no other has, is not to be reached in its container any more.</summary>
    public sealed record TakeVolumes(ExecutorRun Executor, TaskRun Task) : AgentEffect;

    /// <summary>Nobody asks for this run any more: its checkpoints go, its sandbox is left to the collector.</summary>
    public sealed record Forget(string ContainerId) : AgentEffect;

    /// <summary>No task is left and the agent's id is not valid any more: join as a new agent.</summary>
    public sealed record RegisterAnew : AgentEffect;
}
