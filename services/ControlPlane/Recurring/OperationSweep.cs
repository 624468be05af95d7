using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Recurring;

/// <summary>Asks clusters that serve for what their packages want done again and again. Running it twice does no harm: what is asked for and not over is not asked for again.</summary>
public sealed class OperationSweep(Catalogue catalogue, ClusterStore clusters, ChangeDesk desk, TimeProvider time, ILogger<OperationSweep> log)
{
    public int Run()
    {
        var count = 0;
        foreach (var cluster in clusters.Living().Where(cluster => cluster.DeleteRequestedAt is null))
        {
            if (catalogue.Find(cluster.Package) is not { } engine || engine.Observe(cluster.Id) is not { State: ClusterState.Ready } seen) continue;
            foreach (var (operation, every) in engine.Recurring(engine.OptionsOf(cluster)))
            {
                if (!IsDue(operation, every, cluster, seen, time.GetUtcNow())) continue;
                if (desk.Operate(cluster.Name, new OperationRequest(operation, null), "platform") is ChangeOutcome.Refused refused) log.LogWarning("{Operation} of {Cluster} is due and refused: {Reason}", operation, cluster.Name, refused.Problem.Detail);
                else count++;
            }
        }

        return count;
    }

    /// <summary>From the last one's end, whoever asked for it; from the cluster's beginning when there was none. Pure.</summary>
    public static bool IsDue(string operation, TimeSpan every, DesiredCluster cluster, ClusterObservation seen, DateTimeOffset now)
    {
        if ((cluster.Aim.Operations ?? []).LastOrDefault(each => each.Name == operation) is not { } last) return now - cluster.CreatedAt >= every;
        return seen.Operations.FirstOrDefault(each => each.Number == last.Number) is { FinishedAt: { } ended, IsOver: true } && now - ended >= every;
    }
}
