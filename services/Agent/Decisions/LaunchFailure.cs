using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>Why a task never came to run.</summary>
public sealed record LaunchFailure(TaskState State, TaskReport.Types.Reason Reason, string Message)
{
    public static LaunchFailure Failed(string message) =>
        new(TaskState.TaskFailed, TaskReport.Types.Reason.ContainerLaunchFailed, message);

    public static LaunchFailure Invalid(string message) =>
        new(TaskState.TaskError, TaskReport.Types.Reason.TaskInvalid, message);
}
