using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>Where sandboxes are, in Mesos's layout. Ids have been checked to be safe as names.</summary>
public sealed class SandboxPaths(string workDirectory)
{
    public string Root { get; } = Directory.CreateDirectory(Path.Combine(workDirectory, "slaves")).FullName;

    /// <summary>Held while folders above sandboxes are made or removed: one must not take what the other has just found.</summary>
    internal Lock Above { get; } = new();

    public string Runs(string agentId, TaskKey task) =>
        Path.Combine(Root, agentId, "frameworks", task.FrameworkId, "executors", task.TaskId, "runs");

    public string Run(string agentId, TaskKey task, string containerId) => Path.Combine(Runs(agentId, task), containerId);

    /// <summary>A task of a pod has its sandbox below the executor's.</summary>
    public string Run(string agentId, TaskRun run) => Below(Run(agentId, Holder(run), HolderContainer(run)), run);

    /// <summary>Null when no agent id of this work directory has had such a run.</summary>
    public string? Find(TaskRun run) => FindHolder(run) is { } holder && Below(holder, run) is var sandbox && Directory.Exists(sandbox) ? sandbox : null;

    /// <summary>The sandbox that is collected as a whole: the run's own, or that of its pod.</summary>
    public string? FindHolder(TaskRun run) => Find(Holder(run), HolderContainer(run));

    internal static TaskKey Holder(TaskRun run) => new(run.Key.FrameworkId, run.ExecutorId);

    internal static string HolderContainer(TaskRun run) => run.Pod?.ContainerId ?? run.ContainerId;

    private static string Below(string holder, TaskRun run) => run.Pod is null ? holder : Path.Combine(holder, "containers", run.ContainerId);

    /// <summary>Null when no agent id of this work directory has had such a run.</summary>
    public string? Find(TaskKey task, string containerId) => Folders.In(Root)
        .Select(agent => Run(Path.GetFileName(agent), task, containerId))
        .Where(Directory.Exists)
        .OrderByDescending(Directory.GetLastWriteTimeUtc)
        .FirstOrDefault();

    /// <summary>Every sandbox there is. Reads all folders above them.</summary>
    internal IEnumerable<string> Runs() => Folders.In(Root)
        .SelectMany(agent => Folders.In(Path.Combine(agent, "frameworks")))
        .SelectMany(framework => Folders.In(Path.Combine(framework, "executors")))
        .SelectMany(executor => Folders.In(Path.Combine(executor, "runs")))
        .Where(run => new DirectoryInfo(run).LinkTarget is null);

    /// <summary>Removes the folders above a sandbox that is gone, as far as nothing else is in them.</summary>
    internal void RemoveEmptyAbove(string run)
    {
        lock (Above)
        {
            var runs = Path.GetDirectoryName(run)!;
            if (Folders.In(runs).All(each => new DirectoryInfo(each).LinkTarget is not null))
                File.Delete(Path.Combine(runs, "latest"));
            for (var path = runs; path != Root && path.StartsWith(Root, StringComparison.Ordinal) && !Directory.EnumerateFileSystemEntries(path).Any(); path = Path.GetDirectoryName(path)!)
                Directory.Delete(path);
        }
    }
}
