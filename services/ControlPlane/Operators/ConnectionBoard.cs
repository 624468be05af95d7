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
    private readonly Dictionary<string, IReadOnlyList<string>> introduced = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClusterConnection?> told = new(StringComparer.Ordinal);

    /// <summary>Tells a cluster how those are reached that it names, once for each, and those that name it how it is reached now.</summary>
    public void Look(PackageSchedulers engine, string clusterId)
    {
        if (engine.Wanted(clusterId) is not { } wanted)
        {
            introduced.Remove(clusterId);
            return;
        }

        var named = engine.Connected(wanted.Options, wanted.Needs);
        foreach (var other in named.Except(introduced.GetValueOrDefault(clusterId, [])))
            if (told.GetValueOrDefault(other) is { } known) engine.Post(clusterId, new SchedulerCommand.Connected(other, known));
        introduced[clusterId] = named;

        var connection = engine.Connection(clusterId);
        if (told.TryGetValue(wanted.Name, out var before) && (connection is null ? before is null : connection.IsSame(before))) return;
        told[wanted.Name] = connection;
        foreach (var other in clusters.Living().Where(other => other.DeleteRequestedAt is null))
            if (catalogue.Find(other.Package) is PackageSchedulers schedulers && schedulers.Connected(other.Options, other.Needs).Contains(wanted.Name))
                schedulers.Post(other.Id, new SchedulerCommand.Connected(wanted.Name, connection));
    }
}
