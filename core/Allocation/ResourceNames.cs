using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>Gives each scalar resource a number, so that sums are arrays and not dictionaries.</summary>
internal sealed class ResourceNames
{
    private const int Common = 6;

    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    public int Count => _names.Count;

    public string this[int index] => _names[index];

    public int IndexOf(string name)
    {
        // The few that every host has are compared faster than hashed.
        for (var common = 0; common < _names.Count && common < Common; common++)
        {
            if (_names[common] == name)
                return common;
        }

        if (!_indexes.TryGetValue(name, out var index))
        {
            _indexes[name] = index = _names.Count;
            _names.Add(name);
        }

        return index;
    }

    /// <summary>The scalars of a bag in thousandths by index.</summary>
    public BagSums Sums(ResourceBag resources)
    {
        var isPlain = true;
        foreach (var entry in resources.Entries)
        {
            if (entry.Value is ResourceValue.Scalar)
                IndexOf(entry.Kind.Name);
            isPlain &= IsPlain(entry.Kind);
        }

        var all = new long[Count];
        var plain = isPlain ? all : new long[Count];
        foreach (var entry in resources.Entries)
        {
            if (entry.Value is not ResourceValue.Scalar { Amount.Thousandths: var amount })
                continue;
            var index = IndexOf(entry.Kind.Name);
            all[index] += amount;
            if (!isPlain && IsPlain(entry.Kind))
                plain[index] += amount;
        }

        return new BagSums(all, plain);
    }

    /// <summary>What quotas are about: reservations are counted where they are made, revocable resources belong to others.</summary>
    public static bool IsPlain(ResourceKind kind) => !kind.IsReserved && !kind.IsRevocable;
}

/// <param name="All">Every scalar.</param>
/// <param name="Plain">Those that are neither reserved nor revocable; the same array when all are.</param>
internal readonly record struct BagSums(long[] All, long[] Plain);
