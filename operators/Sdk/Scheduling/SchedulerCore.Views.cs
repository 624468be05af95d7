using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Plans;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>What others may see.</content>
public sealed partial class SchedulerCore
{
    /// <summary>Null when there is nothing of the cluster any more.</summary>
    public ClusterObservation? Observe(DateTimeOffset now) => IsGone ? null : Observations.Of(cluster, package, PlanBuilder.Build(cluster, Disconnected, now), Disconnected) with
    {
        Measured = Measured(), Activity = Activities.Of(cluster, now), SettledTarget = cluster.Facts.SettledTarget, Operations = cluster.Facts.Removing ? [] : OperationViews.Of(cluster, OperationPlans.Build(cluster, Disconnected, now)),
    };

    /// <summary>Also while the artifacts are looked for after a restart: what runs is measured all the time. Null before anybody has asked for the cluster.</summary>
    private IReadOnlyList<MeasuredPod>? Measured() =>
        cluster.Facts.Removing ? []
        : cluster.Wanted is { } wanted ? package.Measured(cluster.Settings ?? SettingsOf(wanted.Options, ResolvedArtifacts.None), cluster.Placed())
        : null;

    /// <summary>What the cluster was specified with; null before its artifacts are there.</summary>
    public ClusterSettings? Settings => cluster.Settings;

    /// <summary>Its tasks that have a place, by name.</summary>
    public IReadOnlyDictionary<string, Specification.PlacedTask> Placed() => cluster.Placed();

    /// <summary>How to reach the cluster from another one; null when it is not specified yet, is parked or is being removed.</summary>
    /// <param name="seen">What <see cref="Observe"/> said just now.</param>
    public ClusterConnection? Connect(ClusterObservation? seen)
    {
        if (seen is null || cluster is not { Wanted: { } wanted, Facts.Removing: false, MustPark: false })
            return null;
        if (cluster.Settings is not { } known)
            return new ClusterConnection(wanted.Name, package.Name, false, new Dictionary<string, string>(0));
        var placed = cluster.Placed();
        return new ClusterConnection(wanted.Name, package.Name, seen.State == ClusterState.Ready, package.Exports(known, placed)) { Keys = package.Keys(known, placed) };
    }
}
