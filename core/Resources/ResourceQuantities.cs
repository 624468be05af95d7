using System.Collections;
using System.Collections.Immutable;

namespace DataPlatform.Core.Resources;

/// <summary>Scalar amounts by resource name, whatever they are reserved for: what quotas and shares count. Immutable.</summary>
public sealed class ResourceQuantities : IEquatable<ResourceQuantities>, IEnumerable<KeyValuePair<string, ResourceAmount>>
{
    public static readonly ResourceQuantities Empty = new(ImmutableSortedDictionary.Create<string, ResourceAmount>(StringComparer.Ordinal));

    private readonly ImmutableSortedDictionary<string, ResourceAmount> _amounts;

    private ResourceQuantities(ImmutableSortedDictionary<string, ResourceAmount> amounts) => _amounts = amounts;

    /// <summary>Amounts of the same name are added up; a name with amount zero is kept, because a limit of zero says something.</summary>
    public static ResourceQuantities Of(params IEnumerable<KeyValuePair<string, ResourceAmount>> amounts)
    {
        var builder = Empty._amounts.ToBuilder();
        foreach (var (name, amount) in amounts)
            builder[name] = builder.GetValueOrDefault(name) + amount;
        return builder.Count == 0 ? Empty : new ResourceQuantities(builder.ToImmutable());
    }

    public bool IsEmpty => _amounts.IsEmpty;

    public IEnumerable<string> Names => _amounts.Keys;

    /// <summary>Zero for a name that is not listed.</summary>
    public ResourceAmount this[string name] => _amounts.GetValueOrDefault(name);

    public bool Lists(string name) => _amounts.ContainsKey(name);

    /// <summary>True when every amount of the other is there.</summary>
    public bool Contains(ResourceQuantities other) => other._amounts.All(pair => this[pair.Key] >= pair.Value);

    public ResourceQuantities Add(ResourceQuantities other) => Of(_amounts.Concat(other._amounts));

    public bool Equals(ResourceQuantities? other) => other is not null && _amounts.SequenceEqual(other._amounts);

    public override bool Equals(object? obj) => Equals(obj as ResourceQuantities);

    public override int GetHashCode() => _amounts.Aggregate(0, (hash, pair) => HashCode.Combine(hash, pair.Key, pair.Value));

    public IEnumerator<KeyValuePair<string, ResourceAmount>> GetEnumerator() => _amounts.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(';', _amounts.Select(pair => $"{pair.Key}:{pair.Value}"));
}
