using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>Whether a pod's instance may be launched now. Pure.</summary>
internal static class Readiness
{
    private const string PlaceholderHost = "0.0.0.0";

    /// <summary>Why the instance may not be launched now; null when offers are welcome. Meant for instances without a living task.</summary>
    public static Block? WhyNot(ClusterWork cluster, PodInstance instance, DateTimeOffset now)
    {
        foreach (var (task, specification) in instance.TaskNames())
        {
            var failures = cluster.FailuresInRow(task);
            if (Relaunching.NotBefore(failures, specification.RunsOnce) is not { } from)
                return new Block($"{task} failed {failures.Count} times in a row: {failures[0].Message ?? failures[0].State}", Final: true);
            if (from > now)
                return new Block($"{task} failed ({failures[0].Message ?? failures[0].State}) and is started again at {from:HH:mm:ss}", Final: false);
        }
        if (BlockedByPlan(cluster, instance) is { } plan)
            return new Block(plan, Final: false);
        var peers = cluster.Placed();
        foreach (var (name, task) in instance.TaskNames())
        {
            var ports = task.Ports.ToDictionary(port => port, _ => 0, StringComparer.Ordinal);
            if (task.Command(new TaskContext(name, instance.Index, PlaceholderHost, ports, peers)) is CommandOutcome.Waiting(var reason))
                return new Block(reason, Final: false);
        }
        return null;
    }

    // A cluster that was ready once is mended in whatever order things break.
    private static string? BlockedByPlan(ClusterWork cluster, PodInstance instance)
    {
        if (cluster.Facts.ReadyAt is not null)
            return null;
        var plan = cluster.Specification!.Deploy;
        foreach (var phase in plan.Phases)
        {
            var pods = cluster.PodsOf(phase).ToList();
            if (phase.Pod == instance.Pod.Type)
            {
                var before = phase.Strategy == Strategy.Serial ? pods.Take(instance.Index).FirstOrDefault(pod => !cluster.IsComplete(pod)) : null;
                return before is null ? null : $"waits for {before.Name} to be ready";
            }
            if (plan.Strategy == Strategy.Serial && pods.FirstOrDefault(pod => !cluster.IsComplete(pod)) is { } unfinished)
                return $"waits for {unfinished.Name} to be ready";
        }
        return null;
    }
}

/// <param name="Final">Nothing but a person can mend it.</param>
internal sealed record Block(string Reason, bool Final);
