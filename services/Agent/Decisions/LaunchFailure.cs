using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>Why a task never came to run.</summary>
public sealed record LaunchFailure(TaskState State, TaskReport.Types.Reason Reason, string Message)
{
    public static LaunchFailure Failed(string message) =>
        new(TaskState.TaskFailed, TaskReport.Types.Reason.ContainerLaunchFailed, message);

    /// <summary>The host can't run it as it is, another may: nothing of it was started. As Mesos has it for a user that the host does not know.</summary>
    public static LaunchFailure Dropped(string message) =>
        new(TaskState.TaskDropped, TaskReport.Types.Reason.ExecutorTerminated, message);

    public static LaunchFailure Invalid(string message) =>
        new(TaskState.TaskError, TaskReport.Types.Reason.TaskInvalid, message);
}
