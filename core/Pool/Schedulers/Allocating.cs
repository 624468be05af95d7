using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>Offers what is free on the agents that wait for it.</summary>
internal static class Allocating
{
    public static Decision Decide(PoolState state, DateTimeOffset now)
    {
        var decision = new Decision();
        if (!state.HasAgentsToAllocate)
            return decision;
        Reclaiming.Decide(state, decision);
        var round = new AllocationRound(now, state.AllocationSeed, state.AgentsToAllocate);
        var made = new SortedDictionary<string, List<Offer>>(StringComparer.Ordinal);
        var count = 0;
        foreach (var proposed in state.Allocator.Propose(round))
        {
            var framework = state.Frameworks[proposed.FrameworkId];
            var offer = new PooledOffer(state.OfferId(count++), framework.Id, proposed.AgentId, proposed.Role, proposed.Resources, now);
            decision.Happened(new PoolEvent.OfferMade(offer));
            if (!made.TryGetValue(framework.Id, out var offers))
                made[framework.Id] = offers = [];
            offers.Add(OfferViews.Of(state, offer, framework));
        }

        foreach (var (framework, offers) in made)
        {
            var news = new SchedulerEvent { Type = SchedulerEvent.Types.Type.Offers, Offers = new SchedulerEvent.Types.Offers() };
            news.Offers.Offers_.Add(offers);
            decision.Tell(state.Frameworks[framework], news);
        }

        InverseOffering.Make(state, decision, count, now);
        decision.Happened(new PoolEvent.AgentsAllocated());
        return decision;
    }
}
