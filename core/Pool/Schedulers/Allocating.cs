using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Offers what is free on the agents that wait for it.</summary>
internal static class Allocating
{
    public static Decision Decide(PoolState state, DateTimeOffset now)
    {
        var decision = new Decision();
        if (state.AgentsToAllocate.Count == 0)
            return decision;
        var round = new AllocationRound(now, state.AllocationSeed, state.AgentsToAllocate);
        var made = new SortedDictionary<string, List<Offer>>(StringComparer.Ordinal);
        var count = 0;
        foreach (var proposed in state.Allocator.Propose(round))
        {
            var framework = state.Frameworks[proposed.FrameworkId];
            var offer = Make(state.OfferId(count++), state.Agents[proposed.AgentId], framework, proposed.Role, proposed.Resources);
            decision.Happened(new PoolEvent.OfferMade(offer));
            if (!made.TryGetValue(framework.Id, out var offers))
                made[framework.Id] = offers = [];
            offers.Add(offer);
        }

        foreach (var (framework, offers) in made)
        {
            var news = new SchedulerEvent { Type = SchedulerEvent.Types.Type.Offers, Offers = new SchedulerEvent.Types.Offers() };
            news.Offers.Offers_.Add(offers);
            decision.Tell(state.Frameworks[framework], news);
        }

        decision.Happened(new PoolEvent.AgentsAllocated());
        return decision;
    }

    private static Offer Make(string id, PooledAgent agent, PooledFramework framework, string role, ResourceBag resources)
    {
        var offer = new Offer
        {
            Id = new OfferID { Value = id },
            FrameworkId = framework.Info.Id,
            AgentId = agent.Info.Id,
            Hostname = agent.Info.Hostname,
            Url = new URL
            {
                Scheme = "http",
                Address = new Address { Hostname = agent.Info.Hostname, Port = agent.Info.Port },
                Path = "/slave(1)",
            },
            Domain = agent.Info.Domain,
            AllocationInfo = new Resource.Types.AllocationInfo { Role = role },
        };
        if (agent.Address is { } address)
            offer.Url.Address.Ip = address;
        offer.Attributes.Add(agent.Info.Attributes);
        offer.Resources.Add(resources.AllocatedTo(role).ToMessages(framework.ResourceFormat));
        return offer;
    }
}
