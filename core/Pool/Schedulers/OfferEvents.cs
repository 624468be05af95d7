using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

internal static class OfferEvents
{
    /// <summary>The offer ends, and its framework is told.</summary>
    public static void Rescind(PoolState state, Decision decision, PooledOffer offer)
    {
        decision.Happened(new PoolEvent.OfferEnded(offer.Id));
        decision.Tell(state.Frameworks[offer.FrameworkId], Rescind(offer.Id));
    }

    private static SchedulerEvent Rescind(string offerId) => new()
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
