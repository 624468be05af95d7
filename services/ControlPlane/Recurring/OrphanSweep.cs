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
            if (await master.UnreserveAsync(left.AgentId, left.Resources, cancellation) is { } reason) log.LogWarning("What is reserved for {Cluster} on {Agent} is not released: {Reason}", left.ClusterId, left.AgentId.Value, reason);
    }
}
