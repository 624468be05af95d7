using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>Where a task is on its way through the agent.</summary>
public enum RunPhase
{
    /// <summary>Its sandbox is being made and filled.</summary>
    Launching,

    /// <summary>Its processes run.</summary>
    Running,

    /// <summary>Its processes run and are being ended.</summary>
    Ending,

    /// <summary>No process is left; updates may still be on their way.</summary>
    Ended,
}

/// <summary>How far a task under a program is with its persistent volumes.</summary>
internal enum VolumeStage
{
    None,

    /// <summary>They are being placed.</summary>
    Asked,

    Placed,
}

/// <summary>One task of this agent. Owned and changed by <see cref="AgentCore"/> alone.</summary>
public sealed class TaskRun(FrameworkInfo framework, TaskInfo task, string containerId, Pod? pod = null)
{
    public TaskKey Key { get; } = new(framework.Id.Value, task.TaskId.Value);

    public FrameworkInfo Framework { get; } = framework;

    public TaskInfo Task { get; } = task;

    public string ContainerId { get; } = containerId;

    /// <summary>Null for a task by itself.</summary>
    public Pod? Pod { get; } = pod;

    /// <summary>An executor's process rather than a task.</summary>
    public ExecutorRun? ProgramOf { get; internal init; }

    /// <summary>It has no processes that this agent knows of: its executor runs it.</summary>
    public bool IsUnderProgram => Pod is { HasProgram: true };

    /// <summary>Persistent ones, among its resources.</summary>
    public bool HasVolumes => Task.Resources.Any(each => each.Disk?.Persistence is not null);

    /// <summary>Persistent ones of the other tasks of its pod, when it was launched.</summary>
    public IReadOnlyList<Resource> VolumesOfSiblings { get; internal set; } = [];

    /// <summary>Of a task under a program alone.</summary>
    internal VolumeStage Volumes { get; set; }

    /// <summary>False for a task that the master believes to be here and that has never been.</summary>
    public bool WasLaunched => Task.Command is not null || Pod is not null;

    /// <summary>A task by itself runs under an executor named like it.</summary>
    public string ExecutorId => Pod?.Executor.ExecutorId.Value ?? Key.TaskId;

    /// <summary>Null for a task by itself, whose executor nobody speaks of.</summary>
    public ExecutorKey? ExecutorKey => Pod is null ? null : new ExecutorKey(Key.FrameworkId, ExecutorId);

    public RunPhase Phase { get; internal set; }

    /// <summary>The supervisor's process id, while it is known.</summary>
    public int? Pid { get; internal set; }

    /// <summary>Every status so far, oldest first.</summary>
    public List<TaskReport> Statuses { get; } = [];

    public UpdateQueue Updates { get; } = new();

    public TaskState State => Statuses.Count == 0 ? TaskState.TaskStaging : Statuses[^1].State;

    /// <summary>Null before the first look at what the task does.</summary>
    internal ActivityRecord? Activity { get; set; }

    internal KillIntent? Intent { get; set; }

    /// <summary>When a gentle end turns into SIGKILL; on the steady clock, as all times here.</summary>
    internal TimeSpan? KillAt { get; set; }

    /// <summary>When max_completion_time is over.</summary>
    internal TimeSpan? CompleteBy { get; set; }

    /// <summary>When the agent looks at it again without being told anything of it.</summary>
    internal TimeSpan? WakeAt { get; set; }

    /// <summary>Why it is ended, if that is why.</summary>
    internal DiskExcess? DiskExcess { get; set; }

    internal HealthRecord? Health { get; set; }

    internal CheckRecord? Check { get; set; }

    /// <summary>The task as the API shows it.</summary>
    public TaskRecord ToRecord(string agentId)
    {
        var record = new TaskRecord
        {
            Name = Task.Name,
            TaskId = Task.TaskId,
            FrameworkId = Framework.Id,
            AgentId = new AgentID { Value = agentId },
            State = State,
            Labels = Task.Labels,
            Discovery = Task.Discovery,
            Container = Task.Container?.WithoutSecrets(),
            HealthCheck = Task.HealthCheck?.WithoutSecrets(),
            KillPolicy = Task.KillPolicy,
        };
        if (Pod is not null)
            record.ExecutorId = Pod.Executor.ExecutorId;
        record.Resources.AddRange(Task.Resources);
        record.Limits.Add(Task.Limits);
        record.Statuses.AddRange(Statuses);
        if (Task.Command is { HasUser: true } command)
            record.User = command.User;
        if (Updates.Pending.FirstOrDefault() is { } sending)
        {
            record.StatusUpdateState = sending.State;
            record.StatusUpdateUuid = sending.Uuid;
        }
        else if (Statuses.Count > 0)
        {
            record.StatusUpdateState = State;
            record.StatusUpdateUuid = Statuses[^1].Uuid;
        }

        return record;
    }
}
