using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Plans;

/// <summary>Plans at whose end nothing of a cluster runs. Pure.</summary>
internal static class TakeDown
{
    /// <summary>Ends everything, and the cluster's framework with it.</summary>
    public static Plan Teardown(ClusterWork cluster)
    {
        var (tasks, places) = (Tasks(cluster), Places(cluster, withVolumes: true));
        var isDone = !cluster.Living.Any() && !cluster.Pods.Values.Any(record => record.HoldsHost);
        var framework = new Step(StepKind.Act, "framework", "", StepState.Pending, isDone, isDone ? "the master to tear it down" : "its tasks and places");
        return new Plan("teardown", [tasks, places, new Phase("framework", Strategy.Serial, [framework])]);
    }

    /// <summary>Ends everything; what the cluster keeps stays.</summary>
    public static Plan Park(ClusterWork cluster) => new("park", [Tasks(cluster), Places(cluster, withVolumes: false)]);

    private static Phase Tasks(ClusterWork cluster) => new("tasks", Strategy.Parallel,
    [
        .. cluster.Tasks.Values.Where(row => row.Living || !row.IsOperation).OrderBy(row => row.LaunchedAt).ThenBy(row => row.Name, StringComparer.Ordinal).Select(row => Kill(cluster, row)),
    ]);

    private static Step Kill(ClusterWork cluster, TaskRow row)
    {
        if (!row.Living)
            return new Step(StepKind.Kill, row.Name, row.Pod, StepState.Complete) { FinishedAt = row.EndedAt };
        return row.KillReason is null && WaitsFor(cluster, row) is { } other
            ? new Step(StepKind.Kill, row.Name, row.Pod, StepState.Pending, WaitingFor: $"{other} to end, which needs it for that")
            : new Step(StepKind.Kill, row.Name, row.Pod, StepState.Starting, IsEligible: true, "its process to end");
    }

    /// <summary>What is out of reach holds nothing up.</summary>
    private static string? WaitsFor(ClusterWork cluster, TaskRow row)
    {
        var before = cluster.Pods.GetValueOrDefault(row.Pod) is { } record ? cluster.RulesOf(record.Type).EndAfter : [];
        return before.Count == 0 ? null : cluster.Living
            .Where(other => other.UnreachableSince is null && cluster.Pods.GetValueOrDefault(other.Pod) is { } record && before.Contains(record.Type)).Select(other => other.Name).Order(StringComparer.Ordinal).FirstOrDefault();
    }

    private static Phase Places(ClusterWork cluster, bool withVolumes) => new("places", Strategy.Parallel,
    [
        .. cluster.Pods.Values.Where(record => withVolumes ? record.HoldsHost : record.Place is not null || record.LeavingHosts.Any()).Select(record => new Step(
            StepKind.Release, $"release {record.Name}", record.Name, StepState.Pending,
            (record.Place is not null || (withVolumes && record.Volumes is not null)) && !cluster.LivingOf(record.Name).Any(),
            PodSteps.Offer(record.Place?.Host ?? record.LeavingHosts.Select(host => host.Host).FirstOrDefault() ?? record.Volumes!.Host))),
    ]);
}
