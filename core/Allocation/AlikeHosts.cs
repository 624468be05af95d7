using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>
/// Hosts of a pool are few kinds. Those that have the same share what was found out about it, so that a round finds that near by whichever
/// of thousands it comes to.
/// </summary>
internal sealed class AlikeHosts
{
    /// <summary>Where there are more, as many hosts have volumes, little is alike; what is known then is forgotten and costs memory no more.</summary>
    private const int MostKnown = 1024;

    private readonly Dictionary<ResourceBag, FreeParts> _known = [];

    /// <summary>What a host has, in parts; of an equal bag mostly the very same.</summary>
    public FreeParts Of(ResourceBag total)
    {
        if (_known.TryGetValue(total, out var parts))
            return parts;
        if (_known.Count == MostKnown)
            _known.Clear();
        return _known[total] = new FreeParts(total);
    }
}
