using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Core.Protocol.Mesos.TaskReport.Types;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>An executor that is a program of its framework's. Owned and changed by <see cref="AgentCore"/> alone.</summary>
public sealed class ExecutorRun
{
    internal ExecutorRun(FrameworkInfo framework, ExecutorInfo info, string containerId, string agentId)
    {
        Framework = framework;
        Info = info;
        Key = new ExecutorKey(framework.Id.Value, info.ExecutorId.Value);
        Program = new TaskRun(framework, ProgramOf(info, agentId), containerId) { ProgramOf = this };
    }

    public ExecutorKey Key { get; }

    public FrameworkInfo Framework { get; }

    public ExecutorInfo Info { get; }

    /// <summary>Its process: started, watched and ended as a task by itself is, but no update speaks of it.</summary>
    public TaskRun Program { get; }

    /// <summary>Null while it is not connected.</summary>
    public string? StreamId { get; internal set; }

    /// <summary>To this process of the agent.</summary>
    public bool HasSubscribed { get; internal set; }

    /// <summary>Those that have not ended, in the order in which they came.</summary>
    public IReadOnlyList<TaskRun> Tasks => Members;

    internal List<TaskRun> Members { get; } = [];

    internal bool WasGivenTasks { get; set; }

    internal bool IsEnding => Program.Phase is RunPhase.Ending or RunPhase.Ended || Program.Intent is not null;

    /// <summary>When it is given up unless it subscribes.</summary>
    internal TimeSpan? SubscribeBy { get; set; }

    /// <summary>It had subscribed to an earlier process of this agent.</summary>
    internal bool WasFound { get; set; }

    /// <summary>What becomes of its tasks when it ends; null: what its end says.</summary>
    internal (TaskState State, Reason Reason, string Message)? Verdict { get; set; }

    /// <summary>Its own and those of its tasks.</summary>
    internal IReadOnlyList<Resource> Resources => [.. Info.Resources, .. Members.SelectMany(run => run.Task.Resources)];

    private static TaskInfo ProgramOf(ExecutorInfo info, string agentId)
    {
        var program = new TaskInfo
        {
            Name = info.Name,
            TaskId = new TaskID { Value = info.ExecutorId.Value },
            AgentId = new AgentID { Value = agentId },
            Command = info.Command,
            Container = info.Container,
        };
        program.Resources.Add(info.Resources);
        return program;
    }
}
