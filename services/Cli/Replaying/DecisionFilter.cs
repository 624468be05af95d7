using DataPlatform.Core.Pool;
using DataPlatform.Core.Pool.Recording;

namespace DataPlatform.Services.Cli.Replaying;

/// <summary>Which decisions to show. All are replayed.</summary>
/// <param name="All">Also those that only pass the time.</param>
public sealed record DecisionFilter(string? Framework, string? Agent, DateTimeOffset? From, DateTimeOffset? To, bool All)
{
    // The end of an offer names neither of them.
    private readonly Dictionary<string, PooledOffer> offers = new(StringComparer.Ordinal);

    public bool Shows(ReplayedDecision decision)
    {
        var isMeant = Mentions(decision, Framework) && Mentions(decision, Agent);
        foreach (var happened in decision.Events)
        {
            if (happened.Event is PoolEvent.OfferMade made)
                offers[made.Offer.Id] = made.Offer;
            else if (happened.Event is PoolEvent.OfferEnded ended)
                offers.Remove(ended.OfferId);
        }

        return decision.Difference is not null
            || (isMeant && (From is null || decision.Time >= From) && (To is null || decision.Time <= To) && (All || !OnlyPassesTime(decision)));
    }

    private bool Mentions(ReplayedDecision decision, string? id) => id is null
        || decision.Events.Any(happened => happened.Json.Contains($"\"{id}\"", StringComparison.Ordinal)
            || (happened.Event is PoolEvent.OfferEnded ended && offers.TryGetValue(ended.OfferId, out var offer) && (offer.FrameworkId == id || offer.AgentId == id)))
        || RecordingText.Of(decision.Command).Contains($"\"{id}\"", StringComparison.Ordinal);

    private static bool OnlyPassesTime(ReplayedDecision decision) => decision.Command is PoolCommand.Tick or PoolCommand.Allocate or PoolCommand.AgentRequest or PoolCommand.MoveWallClock
        && decision.Events.All(happened => happened.Event is PoolEvent.AgentPinged or PoolEvent.AgentPonged or PoolEvent.BatchAllocated or PoolEvent.AgentsAllocated or PoolEvent.WallClockMoved);
}
