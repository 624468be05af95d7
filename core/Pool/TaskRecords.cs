using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

public static class TaskRecords
{
    /// <summary>
    /// One of its own that shares all that is within: a record's parts are never changed in place, and there is a new record for
    /// every status of every task.
    /// </summary>
    public static TaskRecord Copy(this TaskRecord record)
    {
        var copy = new TaskRecord
        {
            Name = record.Name,
            TaskId = record.TaskId,
            FrameworkId = record.FrameworkId,
            ExecutorId = record.ExecutorId,
            AgentId = record.AgentId,
            State = record.State,
            Resources = { record.Resources },
            Statuses = { record.Statuses },
            Labels = record.Labels,
            Discovery = record.Discovery,
            Container = record.Container,
            HealthCheck = record.HealthCheck,
            KillPolicy = record.KillPolicy,
        };
        if (record.HasStatusUpdateState)
            copy.StatusUpdateState = record.StatusUpdateState;
        if (record.HasStatusUpdateUuid)
            copy.StatusUpdateUuid = record.StatusUpdateUuid;
        if (record.HasUser)
            copy.User = record.User;
        if (record.Limits.Count > 0)
            copy.Limits.Add(record.Limits);
        return copy;
    }
}
