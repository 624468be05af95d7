using System.Diagnostics.CodeAnalysis;

namespace DataPlatform.Core.Resources;

/// <summary>
/// What of an agent was reserved or made a volume while it ran. It outlives whatever the agent reports of itself: the
/// agent's total is what it reports, with this in the place of what it was made from.
/// </summary>
public static class ConvertedResources
{
    public static bool IsConverted(ResourceKind kind) =>
        kind.IsPersistentVolume || kind.Reservations.Any(layer => layer.Type == ReservationType.Dynamic);

    public static ResourceBag Of(ResourceBag total) => total.Where(static entry => IsConverted(entry.Kind));

    /// <summary>What the agent reports in the place of this.</summary>
    public static ResourceBag MadeFrom(ResourceBag converted) =>
        ResourceBag.Of(converted.Select(static entry => entry with { Kind = MadeFrom(entry.Kind) }));

    /// <summary>False when the agent no longer has what was reserved on it.</summary>
    public static bool TryTotal(
        ResourceBag reported, ResourceBag converted, [NotNullWhen(true)] out ResourceBag? total, [NotNullWhen(false)] out string? reason)
    {
        var madeFrom = MadeFrom(converted);
        (total, reason) = reported.Contains(madeFrom)
            ? (reported.Subtract(madeFrom).Add(converted), (string?)null)
            : (null, $"{converted} is reserved or made volumes of, for which {madeFrom} is needed, but the agent has {reported}");
        return total is not null;
    }

    private static ResourceKind MadeFrom(ResourceKind kind) =>
        kind.WithoutVolume().WithReservations([.. kind.Reservations.TakeWhile(static layer => layer.Type == ReservationType.Static)]);
}
