using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>What Mesos's states mean to an operator.</summary>
internal static class TaskStates
{
    /// <summary>The task is over, or nobody knows it any more, which comes to the same.</summary>
    public static bool IsEnd(TaskState state) => state is TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskKilled or TaskState.TaskError or TaskState.TaskLost
        or TaskState.TaskDropped or TaskState.TaskGone or TaskState.TaskGoneByOperator or TaskState.TaskUnknown;

    /// <summary>The end counts against the engine: what ended by a host or the pool is just started again.</summary>
    public static bool IsFailure(TaskState state) => state is TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskError;

    public static bool MayRun(TaskState state) => state is TaskState.TaskStaging or TaskState.TaskStarting or TaskState.TaskRunning or TaskState.TaskKilling;

    public static string NameOf(TaskState state) => state switch
    {
        TaskState.TaskStaging => "TASK_STAGING",
        TaskState.TaskStarting => "TASK_STARTING",
        TaskState.TaskRunning => "TASK_RUNNING",
        TaskState.TaskKilling => "TASK_KILLING",
        TaskState.TaskFinished => "TASK_FINISHED",
        TaskState.TaskFailed => "TASK_FAILED",
        TaskState.TaskKilled => "TASK_KILLED",
        TaskState.TaskError => "TASK_ERROR",
        TaskState.TaskLost => "TASK_LOST",
        TaskState.TaskDropped => "TASK_DROPPED",
        TaskState.TaskUnreachable => "TASK_UNREACHABLE",
        TaskState.TaskGone => "TASK_GONE",
        TaskState.TaskGoneByOperator => "TASK_GONE_BY_OPERATOR",
        TaskState.TaskUnknown => "TASK_UNKNOWN",
        _ => state.ToString(),
    };
}
