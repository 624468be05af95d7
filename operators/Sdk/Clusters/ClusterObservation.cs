using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>What an operator sees of a cluster now.</summary>
/// <param name="Reason">What the state waits for or why it failed; null when nothing is to be said.</param>
/// <param name="ReadyAt">When every step of the deploy plan was complete for the first time.</param>
public sealed record ClusterObservation(
    ClusterState State, string? Reason, DateTimeOffset? ReadyAt, AmountsView Reserved, IReadOnlyList<PlanView> Plans, IReadOnlyList<TaskView> Tasks,
    IReadOnlyList<EndpointView> Endpoints, IReadOnlyList<SnippetView> Snippets, IReadOnlyList<PlacementReason> Waiting)
{
    /// <summary>Of a cluster that no scheduler has looked at yet.</summary>
    public static ClusterObservation Unscheduled { get; } = new(ClusterState.Pending, "waiting for its scheduler", null, new AmountsView(0, 0, 0), [], [], [], [], []);

    /// <summary>What it does now or did last, as evidence for whether it is idle; null where nothing is said of it, such as while it is parked.</summary>
    public ActivityView? Activity { get; init; }

    /// <summary>Where its pods show their measurements; null as long as that is not known, such as just after a restart.</summary>
    public IReadOnlyList<MeasuredPod>? Measured { get; init; }

    public IReadOnlyList<PendingPod> Pending { get; init; } = [];

    /// <summary>What it keeps on hosts, also while it is parked.</summary>
    public IReadOnlyList<VolumeView> Volumes { get; init; } = [];

    /// <summary>What its engine says of itself, each living instance for itself; in the package's order.</summary>
    public IReadOnlyList<FactView> Facts { get; init; } = [];

    /// <summary>What its engine tells in rows to those who ask, here without the rows.</summary>
    public IReadOnlyList<TableView> Tables { get; init; } = [];

    /// <summary>What is drawn of its engine's measurements.</summary>
    public IReadOnlyList<EngineChart> Charts { get; init; } = [];

    /// <summary>What it was asked to do, oldest first.</summary>
    public IReadOnlyList<OperationView> Operations { get; init; } = [];

    /// <summary>The last target that all pods have reached; 0 before the first.</summary>
    public int SettledTarget { get; init; }

    /// <summary>Whose places come first; null when it is this cluster's turn to get its own.</summary>
    public string? WaitsForTurnOf { get; init; }

    /// <summary>What happened, oldest first.</summary>
    public IReadOnlyList<EventView> Events { get; init; } = [];
}
