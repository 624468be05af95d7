using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>Whether a pod's instance may be launched now, whatever the plan's order. Pure.</summary>
internal static class Readiness
{
    /// <summary>Meant for instances without a living task.</summary>
    /// <returns>Why not; null when it may.</returns>
    public static Block? WhyNot(ClusterWork cluster, PodInstance instance, DateTimeOffset now)
    {
        if (Relaunching.WhyNot(cluster.Record(instance), instance.Pod.Tasks.Any(task => task.RunsOnce), now) is { } pause)
            return pause;
        var peers = cluster.Placed();
        foreach (var (name, task) in instance.TaskNames())
        {
            if (task.Command(TaskContext.WithoutPlace(name, instance.Index, task, peers)) is CommandOutcome.Waiting(var reason))
                return new Block(reason, Final: false);
        }
        return null;
    }
}
