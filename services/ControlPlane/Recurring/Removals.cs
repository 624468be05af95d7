using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Recurring;

/// <summary>What is withheld from removal, and what a person confirmed. Thread safe.</summary>
public sealed class Removals(ILogger<Removals> log)
{
    private readonly Lock turn = new();
    private readonly HashSet<string> confirmed = new(StringComparer.Ordinal);
    private volatile WithheldRemoval withheld = new([], 0);

    /// <summary>None when nothing is.</summary>
    public WithheldRemoval Withheld => withheld;

    /// <summary>What of it may be taken down.</summary>
    /// <param name="running">Ids of all clusters of which anything is there.</param>
    /// <param name="known">Ids of all living clusters of the database.</param>
    public IReadOnlySet<string> Allow(IReadOnlySet<string> running, IReadOnlySet<string> known)
    {
        lock (turn)
        {
            confirmed.IntersectWith(running);
            var decision = MassRemoval.Decide(running, known, confirmed);
            confirmed.UnionWith(decision.Allowed);
            if (decision.Withheld.Count > 0 && !decision.Withheld.SequenceEqual(withheld.ClusterIds))
            {
                log.LogCritical(
                    "{Count} of {Running} clusters that run are not known to the database, which may have lost them; they are left alone until 'dp clusters confirm-removal': {Clusters}",
                    decision.Withheld.Count, running.Count, string.Join(", ", decision.Withheld));
            }

            withheld = new WithheldRemoval(decision.Withheld, running.Count);
            return decision.Allowed.ToHashSet(StringComparer.Ordinal);
        }
    }

    /// <summary>A person says that these may go. What was not withheld, or not any more, is not confirmed.</summary>
    /// <returns>What was confirmed.</returns>
    public IReadOnlyList<string> Confirm(IReadOnlyList<string> clusterIds)
    {
        lock (turn)
        {
            var meant = withheld.ClusterIds.Intersect(clusterIds).ToList();
            confirmed.UnionWith(meant);
            withheld = withheld with { ClusterIds = [.. withheld.ClusterIds.Except(meant)] };
            return meant;
        }
    }
}
