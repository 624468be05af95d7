using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>An offer as its framework and operators see it.</summary>
internal static class OfferViews
{
    public static Offer Of(PoolState state, PooledOffer offer, PooledFramework framework)
    {
        var agent = state.Agents[offer.AgentId];
        var message = new Offer
        {
            Id = new OfferID { Value = offer.Id },
            FrameworkId = framework.Info.Id,
            AgentId = agent.Info.Id,
            Hostname = agent.Info.Hostname,
            Url = UrlOf(agent),
            Domain = agent.Info.Domain,
            Unavailability = state.UnavailabilityOf(agent),
            AllocationInfo = new Resource.Types.AllocationInfo { Role = offer.Role },
        };
        message.ExecutorIds.Add(agent.ExecutorsInOrder.Where(executor => executor.FrameworkId == framework.Id).Select(executor => executor.Info.ExecutorId));
        message.Attributes.Add(agent.Info.Attributes);
        message.Resources.Add(offer.Allocated.ToMessages(framework.ResourceFormat));
        return message;
    }

    /// <summary>Without resources, as Mesos tells it: the framework is to leave the agent with all that it holds there.</summary>
    public static InverseOffer Of(PooledInverseOffer offer, PooledAgent agent, PooledFramework framework) => new()
    {
        Id = new OfferID { Value = offer.Id },
        Url = UrlOf(agent),
        FrameworkId = framework.Info.Id,
        AgentId = agent.Info.Id,
        Unavailability = offer.Unavailability,
    };

    private static URL UrlOf(PooledAgent agent)
    {
        var url = new URL
        {
            Scheme = "http",
            Address = new Address { Hostname = agent.Info.Hostname, Port = agent.Info.Port },
            Path = "/slave(1)",
        };
        if (agent.Address is { } address)
            url.Address.Ip = address;
        return url;
    }
}
