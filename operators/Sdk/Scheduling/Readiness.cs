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
        if (cluster.Record(instance).Volumes is { IsUsed: true } made && instance.Pod.Volumes.FirstOrDefault(each => !made.Volumes.Any(volume => volume.Name == each.Volume.Name)) is { Volume: { } volume })
            return new Block($"{instance.Name} has no volume {volume.Name}, with which it would have to begin anew: dp replace {cluster.Wanted!.Name} {instance.Name}", Final: false);
        var (peers, places) = (cluster.Placed(), cluster.Places());
        // Those of its own kind get their places together with it.
        foreach (var (name, task) in instance.Pod.KnowsItsOwn ? cluster.PodsOf(instance.Pod).SelectMany(pod => pod.TaskNames()) : [])
            places.TryAdd(name, TaskContext.PeerWithoutPlace(name, task));
        foreach (var (name, task) in instance.TaskNames())
        {
            if (task.Command(TaskContext.WithoutPlace(name, instance.Index, task, peers, places)) is CommandOutcome.Waiting(var reason))
                return new Block(reason, Final: false);
        }
        return null;
    }
}
