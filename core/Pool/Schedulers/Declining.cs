using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>DECLINE, and what ACCEPT leaves over: the offer ends, and the same is not offered again for a while.</summary>
internal static class Declining
{
    private static readonly TimeSpan LongestRefusal = TimeSpan.FromDays(365);

    /// <summary>What a filter says that can't be meant, or that is not there.</summary>
    private static readonly TimeSpan DefaultRefusal = TimeSpan.FromSeconds(5);

    public static void Decide(
        PoolState state, Decision decision, PooledFramework framework, SchedulerCall.Types.Decline decline, DateTimeOffset now)
    {
        foreach (var id in decline.OfferIds.Select(id => id.Value).Distinct())
        {
            // An offer that ended meanwhile is no mistake of the framework's.
            if (!state.Offers.TryGetValue(id, out var offer) || offer.FrameworkId != framework.Id)
                continue;
            decision.Happened(new PoolEvent.OfferEnded(id));
            Refuse(state, decision, framework, offer, offer.Resources, decline.Filters, now);
        }
    }

    public static void Refuse(
        PoolState state, Decision decision, PooledFramework framework, PooledOffer offer, ResourceBag resources,
        Filters? filters, DateTimeOffset now)
    {
        var duration = Duration(filters);
        if (duration <= TimeSpan.Zero || resources.IsEmpty)
            return;
        if (duration < state.Settings.AllocationInterval)
            duration = state.Settings.AllocationInterval;
        decision.Happened(new PoolEvent.OfferRefused(
            framework.Id, offer.Role, offer.AgentId, resources, now + duration));
    }

    /// <summary>How long the framework does not want to be asked again.</summary>
    public static TimeSpan Duration(Filters? filters) => (filters?.RefuseSeconds ?? DefaultRefusal.TotalSeconds) switch
    {
        double.NaN or < 0 => DefaultRefusal,
        var seconds when seconds >= LongestRefusal.TotalSeconds => LongestRefusal,
        var seconds => TimeSpan.FromSeconds(seconds),
    };
}
