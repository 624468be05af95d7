using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>Everything that an agent can be told. Time comes beside it, see <see cref="AgentCore.Decide"/>.</summary>
public abstract record AgentInput
{
    private AgentInput()
    {
    }

    /// <param name="ExecutorContainerId">For the task's executor, if it names one that is not there yet; empty: such a one is not to be started.</param>
    public sealed record RunTask(FrameworkInfo Framework, TaskInfo Task, string ContainerId, string ExecutorContainerId = "") : AgentInput;

    /// <param name="ExecutorContainerId">For the executor, if it is not there yet; empty: it is not to be started.</param>
    public sealed record RunGroup(
        FrameworkInfo Framework, ExecutorInfo Executor, IReadOnlyList<(TaskInfo Task, string ContainerId)> Tasks, string ExecutorContainerId, string GroupId) : AgentInput;

    public sealed record ShutdownExecutor(ExecutorKey Executor) : AgentInput;

    /// <summary>MESSAGE of the scheduler to an executor.</summary>
    public sealed record MessageToExecutor(ExecutorKey Executor, ByteString Data) : AgentInput;

    /// <param name="ContainerId">That its token names.</param>
    /// <param name="Self">This agent, for the executor to know.</param>
    /// <param name="Unacknowledged">Tasks that it was given and of which none of its updates was acknowledged.</param>
    public sealed record ExecutorSubscribed(
        ExecutorKey Executor, string ContainerId, string StreamId, AgentInfo Self, IReadOnlyList<TaskInfo> Unacknowledged, IReadOnlyList<TaskReport> Updates) : AgentInput;

    public sealed record ExecutorStreamClosed(ExecutorKey Executor, string StreamId) : AgentInput;

    /// <param name="Status">Carries a uuid.</param>
    public sealed record ExecutorUpdate(ExecutorKey Executor, TaskReport Status) : AgentInput;

    /// <summary>MESSAGE of an executor to its scheduler.</summary>
    public sealed record MessageOfExecutor(ExecutorKey Executor, ByteString Data) : AgentInput;

    /// <summary>The answer to <see cref="AgentEffect.PlaceVolumes"/>.</summary>
    /// <param name="ContainerId">The executor's.</param>
    /// <param name="WhyNot">Null when the volumes are where the tasks ask for them.</param>
    public sealed record VolumesPlaced(string ContainerId, string GroupId, string? WhyNot) : AgentInput;

    /// <summary>A null grace period: the task's own policy, else the agent's.</summary>
    public sealed record KillTask(TaskKey Task, TimeSpan? GracePeriod, bool Draining = false) : AgentInput;

    public sealed record Acknowledge(TaskKey Task, ByteString Uuid) : AgentInput;

    public sealed record ShutdownFramework(string FrameworkId) : AgentInput;

    /// <summary>The master has given this agent up: every task ends, and it joins anew as another agent.</summary>
    public sealed record Shutdown(string Message) : AgentInput;

    public sealed record LinkRegistered(string AgentId) : AgentInput;

    /// <summary>The master believes these executors to be here; it is told of those that are not.</summary>
    public sealed record Pinged(long Number, IReadOnlyList<ExecutorKey> Executors) : AgentInput;

    public sealed record LinkLost : AgentInput;

    public sealed record LaunchFailed(string ContainerId, LaunchFailure Failure) : AgentInput;

    public sealed record Launched(string ContainerId, int Pid) : AgentInput;

    /// <summary>Comes only when no process of the task is left.</summary>
    public sealed record Ended(string ContainerId, TaskEnd End) : AgentInput
    {
        /// <summary>What it wrote last, of a task that asks for them and did not end well.</summary>
        public IReadOnlyList<string> LastLines { get; init; } = [];
    }

    public sealed record HealthObserved(string ContainerId, bool Passed, string Message) : AgentInput;

    public sealed record CheckObserved(string ContainerId, CheckStatusInfo Status) : AgentInput;

    public sealed record ActivityObserved(string ContainerId, ActivityReport Report) : AgentInput;

    public sealed record DiskExceeded(string ContainerId, DiskExcess Excess) : AgentInput;

    public sealed record Tick : AgentInput;
}
