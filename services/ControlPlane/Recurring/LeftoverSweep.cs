using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Recurring;

/// <summary>
/// Brings operators in line with what is desired: asks again for what should be, takes down what should not be,
/// and records as deleted what the operator has nothing left of. Running it twice does no harm.
/// </summary>
public sealed class LeftoverSweep(Catalogue catalogue, ClusterStore clusters, Removals removals, ClusterChanges changes, TimeProvider time)
{
    /// <summary>Records as deleted a cluster whose deletion was asked for, once the operator has nothing left of it.</summary>
    public void Settle(IClusterOperator engine, string clusterId)
    {
        if (clusters.FindById(clusterId) is not { DeleteRequestedAt: not null, DeletedAt: null } cluster || engine.Known.Contains(clusterId)) return;
        if (!clusters.MarkDeleted(clusterId, time.GetUtcNow(), new AuditEntry("platform", "deleted", cluster.Name, cluster.DeleteReason ?? ""))) return;
        changes.Raise(clusterId);
    }

    public void Run()
    {
        var living = clusters.Living();
        var mayGo = removals.Allow(
            catalogue.Operators.SelectMany(engine => engine.Known).ToHashSet(StringComparer.Ordinal), living.Select(cluster => cluster.Id).ToHashSet(StringComparer.Ordinal));
        foreach (var engine in catalogue.Operators)
        {
            var known = engine.Known.ToHashSet();
            var mine = living.Where(cluster => cluster.Package == engine.Name).ToList();
            foreach (var cluster in mine)
            {
                if (cluster.DeleteRequestedAt is null)
                {
                    if (!known.Contains(cluster.Id)) engine.Want(cluster);
                }
                else if (known.Contains(cluster.Id))
                {
                    engine.Remove(cluster.Id);
                }
                else
                {
                    Settle(engine, cluster.Id);
                }
            }

            foreach (var leftover in known.Except(mine.Select(cluster => cluster.Id)).Where(mayGo.Contains)) engine.Remove(leftover);
        }
    }
}
