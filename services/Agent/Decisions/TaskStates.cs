using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Decisions;

internal static class TaskStates
{
    public static bool IsTerminal(this TaskState state) => state is
        TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskKilled or TaskState.TaskError or
        TaskState.TaskLost or TaskState.TaskDropped or TaskState.TaskGone;

    public static bool Has(this FrameworkInfo framework, FrameworkInfo.Types.Capability.Types.Type capability) =>
        framework.Capabilities.Any(each => each.Type == capability);
}
