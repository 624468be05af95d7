using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Plans;

/// <summary>What people see of a cluster, put together from what the operator knows of it.</summary>
internal static class Observations
{
    public static ClusterObservation Of(ClusterWork cluster, ServicePackage package, string? disconnected, DateTimeOffset now)
    {
        var plans = ClusterPlans.Of(cluster, disconnected, now);
        var state = State(cluster, plans);
        var placed = cluster.Placed();
        var (endpoints, snippets) = cluster is { Settings: { } settings, Removing: false } && placed.Count > 0
            ? (package.Endpoints(settings, placed), package.Snippets(settings, placed))
            : ([], []);
        var reserved = cluster.Living.Aggregate(TaskResources.None, (sum, row) => sum.Plus(row.Resources));
        return new ClusterObservation(
            state, Reason(cluster, state, plans, disconnected), cluster.Facts.ReadyAt, View(reserved), plans,
            [.. cluster.Past.Concat(cluster.Tasks.Values).OrderBy(row => row.LaunchedAt).ThenBy(row => row.Name, StringComparer.Ordinal).Select(row => View(cluster, row))],
            endpoints, snippets,
            [.. cluster.Refusals.Select(each => new PlacementReason(each.Key.Pod, each.Key.Host, each.Value.Refusal.Stage, each.Value.Refusal.Reason, each.Value.At))])
        {
            Pending = cluster is { Wanted: not null, Removing: false } ? [.. cluster.Unplaced().Select(instance => View(cluster, instance, now))] : [],
        };
    }

    private static PendingPod View(ClusterWork cluster, PodInstance instance, DateTimeOffset now) => new(
        instance.Name, [.. instance.TaskNames().Select(task => task.Task)], View(instance.Pod.Resources), instance.Pod.Tasks.Sum(task => task.Ports.Count),
        Readiness.WhyNot(cluster, instance, now)?.Reason);

    private static ClusterState State(ClusterWork cluster, IReadOnlyList<PlanView> plans) => cluster switch
    {
        { Removing: true } => ClusterState.Deleting,
        { Unavailable: not null } => ClusterState.Failed,
        { Specification: null } => ClusterState.Pending,
        _ when plans.Any(plan => plan.State == StepState.Failed) => ClusterState.Failed,
        _ when plans[0].State == StepState.Complete => ClusterState.Ready,
        { Facts.ReadyAt: not null } => ClusterState.Degraded,
        _ when cluster.Tasks.Count > 0 => ClusterState.Starting,
        _ => ClusterState.Pending,
    };

    private static string? Reason(ClusterWork cluster, ClusterState state, IReadOnlyList<PlanView> plans, string? disconnected) =>
        state == ClusterState.Ready && disconnected is null ? null
        : cluster.Wanted is null && !cluster.Removing ? "found after a restart; nobody has asked for it yet"
        : ClusterPlans.FirstReason(plans) ?? disconnected;

    private static TaskView View(ClusterWork cluster, TaskRow row) => new(
        row.Name, row.TaskId, row.State, row.Message, row.Host, row.AgentId, row.AgentUrl, View(row.Resources), row.Ports, row.StartedAt, row.EndedAt,
        row.Living && cluster.Serving.Contains(row.TaskId));

    public static AmountsView View(TaskResources resources) => new(resources.MilliCpus, resources.MemoryMebibytes, resources.DiskMebibytes);
}
