using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Google.Protobuf;

namespace DataPlatform.Simulation.Tests;

/// <summary>A task on its agent, with the updates that are not acknowledged yet, the oldest first.</summary>
internal sealed class SimulatedTask(FrameworkInfo framework, TaskInfo info)
{
    private int _updates;

    public FrameworkInfo Framework { get; } = framework;

    public TaskInfo Info { get; } = info;

    public string Key { get; } = $"{framework.Id.Value}/{info.TaskId.Value}";

    public TaskState State { get; private set; } = TaskState.TaskStaging;

    public Queue<TaskReport> Unacknowledged { get; } = [];

    public List<TaskReport> Statuses { get; } = [];

    public bool HasEnded => State is TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskKilled;

    public ResourceBag Resources => Info.Resources.ToBag().Unallocated();

    public void Become(TaskState state)
    {
        State = state;
        var report = new TaskReport
        {
            TaskId = Info.TaskId,
            AgentId = Info.AgentId,
            State = state,
            Source = TaskReport.Types.Source.Agent,
            // A counter is as good as chance here: unique within the task, and the same on every run.
            Uuid = ByteString.CopyFromUtf8($"{Key}#{_updates++}"),
        };
        Statuses.Add(report);
        Unacknowledged.Enqueue(report);
    }

    public TaskRecord ToRecord()
    {
        var record = new TaskRecord
        {
            Name = Info.Name, TaskId = Info.TaskId, FrameworkId = Framework.Id, AgentId = Info.AgentId, State = State,
        };
        record.Resources.Add(Info.Resources);
        record.Statuses.Add(Statuses);
        if (Unacknowledged.TryPeek(out var oldest))
            (record.StatusUpdateState, record.StatusUpdateUuid) = (oldest.State, oldest.Uuid);
        return record;
    }
}
