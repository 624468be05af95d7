using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>An offer as its framework and operators see it.</summary>
internal static class OfferViews
{
    public static Offer Of(PooledOffer offer, PooledAgent agent, PooledFramework framework)
    {
        var message = new Offer
        {
            Id = new OfferID { Value = offer.Id },
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
            AllocationInfo = new Resource.Types.AllocationInfo { Role = offer.Role },
        };
        if (agent.Address is { } address)
            message.Url.Address.Ip = address;
        message.ExecutorIds.Add(agent.ExecutorsInOrder.Where(executor => executor.FrameworkId == framework.Id).Select(executor => executor.Info.ExecutorId));
        message.Attributes.Add(agent.Info.Attributes);
        message.Resources.Add(offer.Allocated.ToMessages(framework.ResourceFormat));
        return message;
    }
}
