using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Shared volumes are offered while tasks use them, so that they are free does not say that nobody does.</summary>
internal static class VolumesInUse
{
    /// <summary>Offers of what is there no more once the conversion is decided.</summary>
    public static IEnumerable<PooledOffer> OffersOfGone(PooledAgent agent, ResourceConversion conversion)
    {
        var gone = conversion.Consumed.Where(entry => entry.Kind.IsShared && conversion.Converted.Find(entry.Kind) is null);
        return gone.IsEmpty ? [] : agent.OutstandingOffers.Values.Where(offer => AreIn(offer, gone)).OrderBy(offer => offer.Id, StringComparer.Ordinal);
    }

    public static bool AreIn(PooledOffer offer, ResourceBag volumes) => volumes.Any(entry => offer.Resources.Find(entry.Kind) is not null);

    public static string? WhyNotDestroy(PooledAgent agent, ResourceConversion conversion, IReadOnlySet<ResourceKind> alsoInUse)
    {
        foreach (var (kind, _) in conversion.Consumed)
        {
            if (!kind.IsShared || conversion.Converted.Find(kind) is not null)
                continue;
            if (alsoInUse.Contains(kind) || agent.HoldingTasks.Any(task => task.SharedVolumes.Contains(kind)))
                return $"{kind} is shared and in use by a task";
        }

        return null;
    }
}
