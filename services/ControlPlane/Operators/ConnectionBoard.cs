using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Operators;

/// <summary>
/// How clusters are reached, as it was last told to those that name them. To be used by one thread at a time; one cluster's change costs
/// a look at the others only when it is reached otherwise than before.
/// </summary>
public sealed class ConnectionBoard(Catalogue catalogue, ClusterStore clusters)
{
    private readonly Dictionary<string, string> names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClusterConnection?> told = new(StringComparer.Ordinal);

    /// <summary>Tells a cluster that is new here how those are reached that it names, and those that name it how it is reached now.</summary>
    public void Look(PackageSchedulers engine, string clusterId)
    {
        if (!names.TryGetValue(clusterId, out var name))
        {
            if (clusters.FindById(clusterId) is not { } cluster) return;
            names[clusterId] = name = cluster.Name;
            Introduce(engine, cluster);
        }

        var connection = engine.Connection(clusterId);
        if (!engine.Known.Contains(clusterId)) names.Remove(clusterId);
        if (told.TryGetValue(name, out var before) && (connection is null ? before is null : connection.IsSame(before))) return;
        told[name] = connection;
        foreach (var other in clusters.Living().Where(other => other.DeleteRequestedAt is null))
            if (catalogue.Find(other.Package) is PackageSchedulers schedulers && schedulers.Connections(other.Options).Contains(name))
                schedulers.Post(other.Id, new SchedulerCommand.Connected(name, connection));
    }

    private void Introduce(PackageSchedulers engine, DesiredCluster cluster)
    {
        foreach (var other in engine.Connections(cluster.Options))
            if (told.GetValueOrDefault(other) is { } known) engine.Post(cluster.Id, new SchedulerCommand.Connected(other, known));
    }
}
