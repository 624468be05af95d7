using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Takes back what is only offered, for something that is decided now.</summary>
internal static class Freeing
{
    /// <summary>Rescinds no more offers of the agent than it takes; none when even all of them would not do.</summary>
    public static bool TryFree(PoolState state, Decision decision, PooledAgent agent, ResourceBag needed)
    {
        var free = state.Allocator.Free(agent.Id);
        var offers = agent.OutstandingOffers.Values.OrderBy(offer => offer.Id, StringComparer.Ordinal).ToList();
        if (!offers.Aggregate(free, static (sum, offer) => sum.Add(offer.Resources)).Contains(needed))
            return false;
        foreach (var offer in offers.TakeWhile(_ => !free.Contains(needed)))
        {
            free = free.Add(offer.Resources);
            OfferEvents.Rescind(state, decision, offer);
        }

        return true;
    }
}
