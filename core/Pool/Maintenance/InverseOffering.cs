using DataPlatform.Core.Protocol.Mesos;
using Status = DataPlatform.Core.Protocol.Mesos.InverseOfferStatus.Types.Status;

namespace DataPlatform.Core.Pool;

/// <summary>Asks frameworks to leave agents that will go away, and hears what they say.</summary>
internal static class InverseOffering
{
    /// <summary>Of the agents that wait for an allocation; the batch brings all of them every time.</summary>
    /// <param name="ahead">So many offers are made in the same decision before these.</param>
    public static void Make(PoolState state, Decision decision, int ahead, DateTimeOffset now)
    {
        if (state.Plan.IsEmpty)
            return;
        var made = new SortedDictionary<string, List<InverseOffer>>(StringComparer.Ordinal);
        foreach (var agent in state.AgentsToAllocate.Select(id => state.Agents[id]).Where(agent => agent.IsConnected))
        {
            if (state.UnavailabilityOf(agent) is not { } unavailability)
                continue;
            foreach (var framework in Holders(agent).Select(id => state.Frameworks[id]))
            {
                if (!framework.IsConnected || agent.InverseOffers.ContainsKey(framework.Id)
                    || (agent.InverseOfferAnswers.TryGetValue(framework.Id, out var answer) && now < answer.Until))
                    continue;
                var offer = new PooledInverseOffer(state.OfferId(ahead++), framework.Id, agent.Id, unavailability, state.OnTheWall(now));
                decision.Happened(new PoolEvent.InverseOfferMade(offer));
                if (!made.TryGetValue(framework.Id, out var offers))
                    made[framework.Id] = offers = [];
                offers.Add(OfferViews.Of(offer, agent, framework));
            }
        }

        foreach (var (framework, offers) in made)
        {
            decision.Tell(state.Frameworks[framework], new SchedulerEvent
            {
                Type = SchedulerEvent.Types.Type.InverseOffers,
                InverseOffers = new() { InverseOffers_ = { offers } },
            });
        }
    }

    public static void Answer(
        PoolState state, Decision decision, PooledFramework framework, IEnumerable<OfferID> ids, Status status, Filters? filters, DateTimeOffset now)
    {
        foreach (var id in ids.Select(id => id.Value).Distinct())
        {
            // One that was taken back meanwhile is no mistake of the framework's.
            if (state.InverseOffers.TryGetValue(id, out var offer) && offer.FrameworkId == framework.Id)
                decision.Happened(new PoolEvent.InverseOfferAnswered(id, status, state.OnTheWall(now), now + Declining.Duration(filters)));
        }
    }

    /// <summary>The inverse offer ends, and its framework is told.</summary>
    public static void Rescind(PoolState state, Decision decision, PooledInverseOffer offer)
    {
        decision.Happened(new PoolEvent.InverseOfferEnded(offer.Id));
        decision.Tell(state.Frameworks[offer.FrameworkId], new SchedulerEvent
        {
            Type = SchedulerEvent.Types.Type.RescindInverseOffer,
            RescindInverseOffer = new() { InverseOfferId = new OfferID { Value = offer.Id } },
        });
    }

    /// <summary>Frameworks that something of the agent belongs to; an offer of it says itself that the agent will go.</summary>
    private static IEnumerable<string> Holders(PooledAgent agent) => agent.HoldingTasks.Select(task => task.FrameworkId)
        .Concat(agent.Executors.Keys.Select(executor => executor.FrameworkId)).Distinct().Order(StringComparer.Ordinal);
}
