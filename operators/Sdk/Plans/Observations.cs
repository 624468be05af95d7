using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Plans;

/// <summary>What people see of a cluster, put together from what its scheduler knows.</summary>
internal static class Observations
{
    public static ClusterObservation Of(ClusterWork cluster, ServicePackage package, IReadOnlyList<Plan> plans, string? disconnected)
    {
        var views = plans.Select(PlanViews.Of).ToList();
        var state = State(cluster, views);
        var placed = cluster.Placed();
        var (endpoints, snippets) = cluster is { Settings: { } settings, Facts.Removing: false } && placed.Count > 0
            ? (package.Endpoints(settings, placed), package.Snippets(settings, placed))
            : ([], []);
        var reserved = cluster.Pods.Values.Aggregate(
            TaskResources.None, (sum, record) => sum.Plus(record.Place?.Reserved ?? TaskResources.None).Plus(new TaskResources(0, 0, record.Volumes?.Mebibytes ?? 0)));
        return new ClusterObservation(
            state, Reason(cluster, state, views, disconnected), cluster.Facts.ReadyAt, View(reserved), views,
            [.. cluster.Past.Concat(cluster.Tasks.Values).OrderBy(row => row.LaunchedAt).ThenBy(row => row.Name, StringComparer.Ordinal).Select(row => View(cluster, row))],
            endpoints, snippets,
            [.. cluster.Refusals.Select(each => new PlacementReason(each.Key.Pod, each.Key.Host, each.Value.Refusal.Stage, each.Value.Refusal.Reason, each.Value.At))])
        {
            Pending = cluster is { Wanted: not null, Facts.Removing: false, MustPark: false } ? [.. cluster.Unplaced().Select(instance => View(cluster, plans, instance))] : [],
            Volumes = [.. cluster.Pods.Values.Where(record => record.Volumes is not null).SelectMany(record => record.Volumes!.Volumes.Select(volume => new VolumeView(record.Name, volume.Name, record.Volumes.Host, volume.Mebibytes)))],
            Facts = cluster.Facts.Removing ? [] : [.. EngineFacts.Views(cluster)],
            Tables = cluster.Facts.Removing ? [] : [.. (cluster.Specification?.Tables ?? []).Select(table => new TableView(table.Name, table.Title, table.Columns, (int)table.Every.TotalSeconds))],
            Charts = cluster.Facts.Removing ? [] : cluster.Specification?.Charts ?? [],
            WaitsForTurnOf = cluster.TurnOfAnother,
            Events = [.. cluster.Events.Select(each => new EventView(each.Number, each.At, each.Subject, each.Text))],
        };
    }

    private static PendingPod View(ClusterWork cluster, IReadOnlyList<Plan> plans, PodInstance instance)
    {
        var step = plans.SelectMany(plan => plan.Steps).LastOrDefault(step => step.Kind == StepKind.Launch && step.Pod == instance.Name);
        return new PendingPod(
            instance.Name, [.. instance.TaskNames().Select(task => task.Task)], View(cluster.HoldsData(instance.Name) ? instance.Pod.Resources : instance.Pod.WithVolumes), instance.Pod.PortCount,
            step is { IsEligible: false } ? step.WaitingFor
            : cluster.TurnOfAnother is { } older && cluster.PlaceOf(instance.Name) is null ? PodSteps.Turn(older) : null)
        {
            LacksPlace = cluster.PlaceOf(instance.Name) is null && !cluster.IsSkipped(instance.Name),
        };
    }

    private static ClusterState State(ClusterWork cluster, List<PlanView> plans) => cluster switch
    {
        { Facts.Removing: true } => ClusterState.Deleting,
        { MustPark: true } => cluster.Living.Any() ? ClusterState.Parking : ClusterState.Parked,
        { Unavailable: not null } => ClusterState.Failed,
        { Specification: null } => ClusterState.Pending,
        _ when plans.Any(plan => plan.State == StepState.Failed) => ClusterState.Failed,
        { Facts.ReadyAt: not null } when plans.Count == 1 => ClusterState.Ready,
        { Facts.ReadyAt: not null } => cluster.Instances().All(instance => instance.IsExtra || cluster.IsServing(instance)) ? ClusterState.Ready : ClusterState.Degraded,
        _ when cluster.Tasks.Count > 0 => ClusterState.Starting,
        _ => ClusterState.Pending,
    };

    private static string? Reason(ClusterWork cluster, ClusterState state, List<PlanView> plans, string? disconnected) =>
        state == ClusterState.Ready && disconnected is null && plans.Count == 1 ? null
        : cluster.Wanted is null && !cluster.Facts.Removing ? "found after a restart; nobody has asked for it yet"
        : PlanViews.FirstReason(plans) ?? disconnected;

    private static TaskView View(ClusterWork cluster, TaskRow row) => new(
        row.Name, row.TaskId, row.State, row.Message, row.Host, row.AgentId, row.AgentUrl, View(row.Resources), row.Ports, row.StartedAt, row.EndedAt,
        cluster.Serves(row));

    public static AmountsView View(TaskResources resources) => new(resources.MilliCpus, resources.MemoryMebibytes, resources.DiskMebibytes);
}
