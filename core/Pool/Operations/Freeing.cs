using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Takes back what is only offered, for something that is decided now.</summary>
internal static class Freeing
{
    /// <summary>
    /// Rescinds no more offers of the agent than it takes; none when even all of them would not do. A shared volume is free when no task
    /// uses it, and may be in several offers.
    /// </summary>
    public static bool TryFree(PoolState state, Decision decision, PooledAgent agent, ResourceBag needed)
    {
        var free = state.Allocator.Free(agent.Id);
        var offers = agent.OutstandingOffers.Values.OrderBy(offer => offer.Id, StringComparer.Ordinal).ToList();
        if (!offers.Aggregate(free, static (sum, offer) => sum.Add(offer.Resources)).Contains(needed))
            return false;
        var shared = needed.Where(static entry => entry.Kind.IsShared);
        if (agent.HoldingTasks.Any(task => shared.Any(entry => task.SharedVolumes.Contains(entry.Kind))))
            return false;
        foreach (var offer in offers)
        {
            if (free.Contains(needed) && !VolumesInUse.AreIn(offer, shared))
                continue;
            free = free.Add(offer.Resources);
            OfferEvents.Rescind(state, decision, offer);
        }

        return true;
    }
}
