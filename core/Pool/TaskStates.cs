using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

public static class TaskStates
{
    /// <summary>A task in such a state never runs again and holds nothing.</summary>
    public static bool IsTerminal(TaskState state) => state switch
    {
        TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskKilled or TaskState.TaskError or TaskState.TaskLost
            or TaskState.TaskDropped or TaskState.TaskGone or TaskState.TaskGoneByOperator => true,
        _ => false,
    };

    /// <summary>Frameworks that know nothing of partitions are told all of these in the one word they know.</summary>
    public static TaskState AsKnownTo(bool partitionAware, TaskState state) => (partitionAware, state) switch
    {
        (false, TaskState.TaskDropped or TaskState.TaskUnreachable or TaskState.TaskGone or TaskState.TaskGoneByOperator
            or TaskState.TaskUnknown) => TaskState.TaskLost,
        _ => state,
    };
}
