using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>Everything that an agent can be told. Time comes beside it, see <see cref="AgentCore.Decide"/>.</summary>
public abstract record AgentInput
{
    private AgentInput()
    {
    }

    public sealed record RunTask(FrameworkInfo Framework, TaskInfo Task, string ContainerId) : AgentInput;

    /// <param name="ExecutorContainerId">For the executor, if it is not there yet.</param>
    public sealed record RunGroup(
        FrameworkInfo Framework, ExecutorInfo Executor, IReadOnlyList<(TaskInfo Task, string ContainerId)> Tasks, string ExecutorContainerId, string GroupId) : AgentInput;

    public sealed record ShutdownExecutor(ExecutorKey Executor) : AgentInput;

    /// <summary>A null grace period: the task's own policy, else the agent's.</summary>
    public sealed record KillTask(TaskKey Task, TimeSpan? GracePeriod, bool Draining = false) : AgentInput;

    public sealed record Acknowledge(TaskKey Task, ByteString Uuid) : AgentInput;

    public sealed record ShutdownFramework(string FrameworkId) : AgentInput;

    /// <summary>The master has given this agent up: every task ends, and it joins anew as another agent.</summary>
    public sealed record Shutdown(string Message) : AgentInput;

    public sealed record LinkRegistered(string AgentId) : AgentInput;

    public sealed record LinkLost : AgentInput;

    public sealed record LaunchFailed(string ContainerId, LaunchFailure Failure) : AgentInput;

    public sealed record Launched(string ContainerId, int Pid) : AgentInput;

    /// <summary>Comes only when no process of the task is left.</summary>
    public sealed record Ended(string ContainerId, TaskEnd End) : AgentInput;

    public sealed record HealthObserved(string ContainerId, bool Passed, string Message) : AgentInput;

    public sealed record CheckObserved(string ContainerId, CheckStatusInfo Status) : AgentInput;

    public sealed record Tick : AgentInput;
}
