using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Plans;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>What others may see.</content>
public sealed partial class OperatorCore
{
    /// <summary>Null when there is nothing of the cluster.</summary>
    public ClusterObservation? Observe(string clusterId, DateTimeOffset now) =>
        clusters.TryGetValue(clusterId, out var cluster) ? Observations.Of(cluster, package, Disconnected, now) : null;

    /// <summary>What the cluster was specified with; null before its artifacts are there.</summary>
    public ClusterSettings? SettingsOf(string clusterId) => clusters.GetValueOrDefault(clusterId)?.Settings;

    /// <summary>How to reach the cluster from another one; null when it is not there, is not specified yet or is being removed.</summary>
    public ClusterConnection? Connect(string clusterId, DateTimeOffset now)
    {
        if (!clusters.TryGetValue(clusterId, out var cluster) || cluster is not { Wanted: { } wanted, Removing: false })
            return null;
        if (cluster.Settings is not { } known)
            return new ClusterConnection(wanted.Name, package.Name, false, new Dictionary<string, string>(0));
        var ready = Observations.Of(cluster, package, Disconnected, now).State == ClusterState.Ready;
        return new ClusterConnection(wanted.Name, package.Name, ready, package.Exports(known, cluster.Placed())) { Keys = package.Keys(known, cluster.Placed()) };
    }
}
