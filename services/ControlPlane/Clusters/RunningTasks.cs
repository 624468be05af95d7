using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>A task of a cluster as people name it, or why there is none.</summary>
public abstract record RunningTask
{
    private RunningTask() { }

    public sealed record Found(string Cluster, TaskView Task, string FrameworkId) : RunningTask;

    public sealed record Unknown(Problem Problem) : RunningTask;
}

/// <summary>Finds tasks by the names of cluster and task.</summary>
public sealed class RunningTasks(ClusterViews views, Catalogue catalogue)
{
    public RunningTask Find(string cluster, string task)
    {
        if (views.Find(cluster) is not { } detail) return new RunningTask.Unknown(Outcome.Unknown(cluster).Problem);
        if (detail.Tasks.LastOrDefault(candidate => candidate.Name == task) is not { } found)
            return new RunningTask.Unknown(new Problem("No such task", 404, $"The cluster has: {string.Join(", ", detail.Tasks.Select(one => one.Name).Distinct())}", null));
        return catalogue.Find(detail.Summary.Package)?.FrameworkIdOf(detail.Summary.Id) is { } framework
            ? new RunningTask.Found(cluster, found, framework)
            : new RunningTask.Unknown(new Problem("The task can't be reached", 503, "its scheduler is not registered with the master", null));
    }
}
