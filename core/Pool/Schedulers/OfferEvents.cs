using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

internal static class OfferEvents
{
    public static SchedulerEvent Rescind(string offerId) => new()
    {
        Type = SchedulerEvent.Types.Type.Rescind,
        Rescind = new SchedulerEvent.Types.Rescind { OfferId = new OfferID { Value = offerId } },
    };

    public static SchedulerEvent Failure(string agentId) => new()
    {
        Type = SchedulerEvent.Types.Type.Failure,
        Failure = new SchedulerEvent.Types.Failure { AgentId = new AgentID { Value = agentId } },
    };
}
