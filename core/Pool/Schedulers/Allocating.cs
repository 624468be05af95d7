using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Offers what is free on the agents that wait for it.</summary>
internal static class Allocating
{
    /// <summary>Less than both is not worth an offer.</summary>
    private static readonly ResourceAmount LeastCpus = ResourceAmount.FromThousandths(10);

    private static readonly ResourceAmount LeastMemory = ResourceAmount.FromThousandths(32_000);

    public static Decision Decide(PoolState state, DateTimeOffset now)
    {
        var decision = new Decision();
        if (state.AgentsToAllocate.Count == 0)
            return decision;
        var shares = new Shares(state);
        var made = new SortedDictionary<string, List<Offer>>(StringComparer.Ordinal);
        var count = 0;
        foreach (var agent in state.AgentsToAllocate.Select(id => state.Agents[id]).Where(agent => agent.IsConnected))
        {
            var free = agent.Free;
            foreach (var (framework, role) in shares.InOrder())
            {
                if (!IsWorthOffering(free))
                    break;
                var wanted = free.AvailableTo(role);
                if (!IsWorthOffering(wanted) || state.Refusals.Hides(framework.Id, role, agent.Id, wanted, now))
                    continue;
                var offer = Make(state.OfferId(count++), agent, framework, role, wanted);
                decision.Happened(new PoolEvent.OfferMade(offer));
                if (!made.TryGetValue(framework.Id, out var list))
                    made[framework.Id] = list = [];
                list.Add(offer);
                free = free.Subtract(wanted);
                shares.Give(framework, role, wanted);
            }
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

    private static bool IsWorthOffering(ResourceBag resources) =>
        resources.Amount("cpus") >= LeastCpus || resources.Amount("mem") >= LeastMemory;

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
