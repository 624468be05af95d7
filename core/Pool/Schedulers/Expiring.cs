namespace DataPlatform.Core.Pool;

/// <summary>
/// Offers that a framework neither uses nor declines are taken back, or it would starve all others. What it let pass is hidden from
/// it for a moment as if it had declined, so that another gets it first.
/// </summary>
internal static class Expiring
{
    public static void Decide(PoolState state, Decision decision, DateTimeOffset now)
    {
        if (state.Settings.OfferTimeout is not { } timeout || state.Offers.Count == 0 || now - state.OldestOffer < timeout)
            return;
        var oldest = DateTimeOffset.MaxValue;
        var expired = new List<PooledOffer>();
        foreach (var offer in state.Offers.Values)
        {
            if (now - offer.Made >= timeout)
                expired.Add(offer);
            else if (offer.Made < oldest)
                oldest = offer.Made;
        }

        foreach (var offer in expired.OrderBy(offer => offer.Id, StringComparer.Ordinal))
        {
            OfferEvents.Rescind(state, decision, offer);
            Declining.Refuse(state, decision, state.Frameworks[offer.FrameworkId], offer, offer.Resources, filters: null, now);
        }

        decision.Happened(new PoolEvent.OffersExpired(oldest));
    }
}
