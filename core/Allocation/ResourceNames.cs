using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>Gives each scalar resource a number, so that sums are arrays and not dictionaries.</summary>
internal sealed class ResourceNames
{
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);

    public int Count => _indexes.Count;

    public int IndexOf(string name)
    {
        if (!_indexes.TryGetValue(name, out var index))
            _indexes[name] = index = _indexes.Count;
        return index;
    }

    /// <summary>The scalars of a bag in thousandths by index.</summary>
    public long[] Sums(ResourceBag resources)
    {
        foreach (var entry in resources.Entries)
        {
            if (entry.Value is ResourceValue.Scalar)
                IndexOf(entry.Kind.Name);
        }

        var sums = new long[Count];
        foreach (var entry in resources.Entries)
        {
            if (entry.Value is ResourceValue.Scalar scalar)
                sums[IndexOf(entry.Kind.Name)] += scalar.Amount.Thousandths;
        }

        return sums;
    }
}
