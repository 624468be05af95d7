using DataPlatform.Core.Protocol.Mesos;
using Source = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Source;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Core.Pool;

/// <summary>Statuses that the master itself gives, with the time on the wall. They carry no uuid: nobody acknowledges them.</summary>
internal static class StatusReports
{
    public static TaskReport FromMaster(
        TaskID task, AgentID? agent, TaskState state, Reason reason, string message, DateTimeOffset time)
    {
        var report = new TaskReport
        {
            TaskId = task,
            State = state,
            Message = message,
            Source = Source.Master,
            Reason = reason,
            Timestamp = Seconds(time),
        };
        if (agent is not null)
            report.AgentId = agent;
        return report;
    }

    /// <summary>The newest status of a known task, said again.</summary>
    public static TaskReport Latest(TaskRecord task, TaskState state, Reason reason, string message, DateTimeOffset time)
    {
        var report = FromMaster(task.TaskId, task.AgentId, state, reason, message, time);
        if (task.ExecutorId is not null)
            report.ExecutorId = task.ExecutorId;
        if (task.Statuses.Count == 0)
            return report;
        var last = task.Statuses[^1];
        if (last.HasHealthy)
            report.Healthy = last.Healthy;
        if (last.CheckStatus is not null)
            report.CheckStatus = last.CheckStatus;
        if (last.ContainerStatus is not null)
            report.ContainerStatus = last.ContainerStatus;
        return report;
    }

    public static SchedulerEvent Update(TaskReport status) => new()
    {
        Type = SchedulerEvent.Types.Type.Update,
        Update = new SchedulerEvent.Types.Update { Status = status },
    };

    public static double Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / (double)TimeSpan.TicksPerSecond;

    public static TimeInfo Time(DateTimeOffset time) => new() { Nanoseconds = (time - DateTimeOffset.UnixEpoch).Ticks * 100 };
}
