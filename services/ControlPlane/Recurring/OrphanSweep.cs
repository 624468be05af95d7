using DataPlatform.Services.ControlPlane.Pool;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Recurring;

/// <summary>
/// Takes away what the master still has of clusters that nobody knows: their frameworks with all tasks, and what is reserved on hosts
/// that came back after their cluster was gone. Running it twice does no harm. A database that has lost its clusters makes all that runs
/// look so: that waits for a person's word.
/// </summary>
public sealed class OrphanSweep(MasterReader master, ClusterStore clusters, Removals removals, AuditLog audit, ILogger<OrphanSweep> log)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        // Asked first: a cluster that is launched meanwhile is in the database before the master hears of it.
        if (await master.TracesAsync(cancellation) is not { } traces) return;
        var known = clusters.Living().Select(cluster => cluster.Id).ToHashSet(StringComparer.Ordinal);
        var running = traces.Frameworks.Select(framework => framework.ClusterId).ToHashSet(StringComparer.Ordinal);
        var mayGo = removals.Allow(running, known);
        foreach (var framework in traces.Frameworks.Where(framework => mayGo.Contains(framework.ClusterId)))
        {
            if (await master.TeardownAsync(framework.Id, cancellation) is { } reason) log.LogWarning("What is left of {Cluster} is not taken down: {Reason}", framework.Name, reason);
            else audit.Add("platform", "taken down", framework.Name, "no cluster of this id is known: " + framework.ClusterId);
        }

        foreach (var left in traces.Reservations.Where(left => !known.Contains(left.ClusterId) && !running.Contains(left.ClusterId)))
        {
            await DestroyAsync(left, cancellation);
            if (left.Resources.Count > 0 && await master.UnreserveAsync(left.AgentId, left.Resources, cancellation) is { } reason) log.LogWarning("What is reserved for {Cluster} on {Agent} is not released: {Reason}", left.ClusterId, left.AgentId.Value, reason);
        }
    }

    /// <summary>Data goes only with a cluster that is known to have been deleted: of one that was never heard of, a person has to say so to the master.</summary>
    private async Task DestroyAsync(ClusterReservation left, CancellationToken cancellation)
    {
        if (left.Volumes.Count == 0) return;
        if (clusters.FindById(left.ClusterId) is not { DeletedAt: not null } deleted) log.LogWarning("Volumes of {Cluster} on {Agent} are kept: the database does not know that it was deleted", left.ClusterId, left.AgentId.Value);
        else if (await master.DestroyVolumesAsync(left.AgentId, left.Volumes, cancellation) is { } reason) log.LogWarning("Volumes of {Cluster} on {Agent} are not destroyed: {Reason}", left.ClusterId, left.AgentId.Value, reason);
        else audit.Add("platform", "volumes destroyed", deleted.Name, $"their host {left.AgentId.Value} came back after the cluster was deleted: {left.ClusterId}");
    }
}
