using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>From the wire's resources to exact ones, and what remains when some are taken.</summary>
internal static class Amounts
{
    /// <summary>Resources that were checked when they came in, without the role they are given to.</summary>
    public static ResourceBag Of(IEnumerable<Resource> resources) => resources.ToBag().Unallocated();

    /// <summary>
    /// What of <paramref name="total"/> is left. Nothing is left of a kind of which more is used than there is: an agent
    /// may come back with less than its tasks hold.
    /// </summary>
    public static ResourceBag Rest(ResourceBag total, ResourceBag used)
    {
        if (total.Contains(used))
            return total.Subtract(used);
        var left = ResourceBag.Empty;
        foreach (var entry in total)
        {
            var pile = ResourceBag.Of(entry);
            var taken = used.Where(other => other.Kind == entry.Kind);
            if (pile.Contains(taken))
                left = left.Add(pile.Subtract(taken));
        }

        return left;
    }
}
