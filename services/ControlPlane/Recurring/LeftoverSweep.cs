using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Recurring;

/// <summary>
/// Brings schedulers in line with what is desired: asks again for what should be and for deletions that were asked for, and records as
/// deleted what nothing is left of. Running it twice does no harm.
/// </summary>
public sealed class LeftoverSweep(Catalogue catalogue, ClusterStore clusters, ClusterChanges changes, TimeProvider time)
{
    /// <summary>Records as deleted a cluster whose deletion was asked for, once the operator has nothing left of it.</summary>
    public void Settle(IClusterOperator engine, string clusterId)
    {
        if (clusters.FindById(clusterId) is not { DeleteRequestedAt: not null, DeletedAt: null } cluster || engine.Knows(clusterId)) return;
        if (!clusters.MarkDeleted(clusterId, time.GetUtcNow(), new AuditEntry("platform", "deleted", cluster.Name, cluster.DeleteReason ?? ""))) return;
        changes.Raise(clusterId);
    }

    public void Run()
    {
        foreach (var cluster in clusters.Living())
        {
            if (catalogue.Find(cluster.Package) is not { } engine) continue;
            if (cluster.DeleteRequestedAt is null)
            {
                if (!engine.Knows(cluster.Id)) engine.Want(cluster);
            }
            else
            {
                // A scheduler that has not looked yet what is stored of the cluster is known as well.
                engine.Remove(cluster);
                if (!engine.Knows(cluster.Id)) Settle(engine, cluster.Id);
            }
        }
    }
}
