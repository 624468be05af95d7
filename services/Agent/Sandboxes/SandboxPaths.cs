using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>Where sandboxes are, in Mesos's layout. Ids have been checked to be safe as names.</summary>
public sealed class SandboxPaths(string workDirectory)
{
    public string Root { get; } = Directory.CreateDirectory(Path.Combine(workDirectory, "slaves")).FullName;

    public string Runs(string agentId, TaskKey task) =>
        Path.Combine(Root, agentId, "frameworks", task.FrameworkId, "executors", task.TaskId, "runs");

    public string Run(string agentId, TaskKey task, string containerId) => Path.Combine(Runs(agentId, task), containerId);

    /// <summary>Null when no agent id of this work directory has had such a run.</summary>
    public string? Find(TaskKey task, string containerId)
    {
        if (!Directory.Exists(Root))
            return null;
        return Directory.GetDirectories(Root)
            .Select(agent => Run(Path.GetFileName(agent), task, containerId))
            .Where(Directory.Exists)
            .OrderByDescending(Directory.GetLastWriteTimeUtc)
            .FirstOrDefault();
    }
}
