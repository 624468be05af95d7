using System.Collections;
using System.Runtime.CompilerServices;

namespace DataPlatform.Core.Resources;

public readonly record struct ResourceEntry(ResourceKind Kind, ResourceValue Value)
{
    public override string ToString() => $"{Kind}:{Value}";
}

/// <summary>
/// Resources as one pile per kind, in the kinds' order, without empty piles. Immutable, with exact arithmetic: what is
/// added and taken again leaves an equal bag.
/// </summary>
[CollectionBuilder(typeof(ResourceBag), nameof(Of))]
public sealed class ResourceBag : IEquatable<ResourceBag>, IEnumerable<ResourceEntry>
{
    public static readonly ResourceBag Empty = new([]);

    private readonly ResourceEntry[] _entries;

    private ResourceBag(ResourceEntry[] entries) => _entries = entries;

    public bool IsEmpty => _entries.Length == 0;

    public int Count => _entries.Length;

    public ReadOnlySpan<ResourceEntry> Entries => _entries;

    /// <summary>Entries in any order; those of one kind are added up.</summary>
    /// <exception cref="InvalidOperationException">Two entries of a kind cannot be added: another form, or common members.</exception>
    public static ResourceBag Of(params ReadOnlySpan<ResourceEntry> entries) => OfOwn(entries.ToArray());

    public static ResourceBag Of(IEnumerable<ResourceEntry> entries) => OfOwn([.. entries]);

    /// <summary>The amount over all scalars of that name, however reserved or allocated.</summary>
    public ResourceAmount Amount(string name)
    {
        var sum = ResourceAmount.Zero;
        foreach (var entry in _entries)
        {
            if (entry.Value is ResourceValue.Scalar scalar && entry.Kind.Name == name)
                sum += scalar.Amount;
        }

        return sum;
    }

    /// <summary>The numbers over all ranges of that name (usually "ports").</summary>
    public IntervalSet Numbers(string name)
    {
        var numbers = IntervalSet.Empty;
        foreach (var entry in _entries)
        {
            if (entry.Value is ResourceValue.Ranges ranges && entry.Kind.Name == name)
                numbers = numbers.Union(ranges.Numbers);
        }

        return numbers;
    }

    /// <summary>The scalars by name.</summary>
    public ResourceQuantities Quantities => ResourceQuantities.Of(_entries
        .Where(static entry => entry.Value is ResourceValue.Scalar)
        .Select(static entry => KeyValuePair.Create(entry.Kind.Name, ((ResourceValue.Scalar)entry.Value).Amount)));

    /// <summary>Null for a kind that is not there.</summary>
    public ResourceValue? Find(ResourceKind kind)
    {
        foreach (var entry in _entries)
        {
            if (entry.Kind.Equals(kind))
                return entry.Value;
        }

        return null;
    }

    /// <summary>A volume is there whole or not at all: a part of it is another one. One that is shared may be held more than once.</summary>
    public bool Contains(ResourceBag other)
    {
        if (ReferenceEquals(this, other))
            return true;
        var position = 0;
        foreach (var wanted in other._entries)
        {
            while (position < _entries.Length && _entries[position].Kind.CompareTo(wanted.Kind) < 0)
                position++;
            if (position == _entries.Length || !_entries[position].Kind.Equals(wanted.Kind)
                || !Contains(_entries[position], wanted))
                return false;
        }

        return true;
    }

    private static bool Contains(ResourceEntry entry, ResourceEntry wanted) => entry.Kind.IsPersistentVolume && !entry.Kind.IsShared
        ? entry.Value.Equals(wanted.Value)
        : entry.Value.Contains(wanted.Value);

    /// <summary>True when the two have a pile that cannot be added: the same port, the same volume.</summary>
    public bool ConflictsWith(ResourceBag other)
    {
        foreach (var entry in _entries)
        {
            if (other.Find(entry.Kind) is { } value
                && (entry.Value.ConflictsWith(value) || (entry.Kind.IsPersistentVolume && !entry.Kind.IsShared)))
                return true;
        }

        return false;
    }

    /// <exception cref="InvalidOperationException">Something cannot be added: a number or name in both, or another form.</exception>
    public ResourceBag Add(ResourceBag other)
    {
        if (IsEmpty || other.IsEmpty)
            return IsEmpty ? other : this;
        var sum = new List<ResourceEntry>(_entries.Length + other._entries.Length);
        int left = 0, right = 0;
        while (left < _entries.Length && right < other._entries.Length)
        {
            var order = _entries[left].Kind.CompareTo(other._entries[right].Kind);
            if (order == 0)
            {
                var mine = _entries[left++];
                sum.Add(mine with { Value = mine.Value.Add(other._entries[right++].Value) });
            }
            else
            {
                sum.Add(order < 0 ? _entries[left++] : other._entries[right++]);
            }
        }

        sum.AddRange(_entries.AsSpan(left));
        sum.AddRange(other._entries.AsSpan(right));
        return new ResourceBag([.. sum]);
    }

    /// <exception cref="InvalidOperationException">The other is not contained in this bag.</exception>
    public ResourceBag Subtract(ResourceBag other)
    {
        if (other.IsEmpty)
            return this;
        if (!Contains(other))
            throw new InvalidOperationException($"{other} cannot be taken from {this}");
        if (ReferenceEquals(this, other))
            return Empty;
        var rest = new List<ResourceEntry>(_entries.Length);
        var right = 0;
        foreach (var entry in _entries)
        {
            if (right == other._entries.Length || !entry.Kind.Equals(other._entries[right].Kind))
            {
                rest.Add(entry);
                continue;
            }

            var value = entry.Value.Subtract(other._entries[right++].Value);
            if (!value.IsEmpty)
                rest.Add(entry with { Value = value });
        }

        return rest.Count == 0 ? Empty : new ResourceBag([.. rest]);
    }

    /// <summary>What remains when the other is taken as far as it is there: nothing of a pile of which more is taken.</summary>
    public ResourceBag SubtractToEmpty(ResourceBag other)
    {
        if (Contains(other))
            return Subtract(other);
        var rest = new List<ResourceEntry>(_entries.Length);
        foreach (var entry in _entries)
        {
            var value = other.Find(entry.Kind) is { } taken ? entry.Value.SubtractToEmpty(taken) : entry.Value;
            if (!value.IsEmpty)
                rest.Add(entry with { Value = value });
        }

        return rest.Count == 0 ? Empty : new ResourceBag([.. rest]);
    }

    public ResourceBag Where(Func<ResourceEntry, bool> predicate)
    {
        var first = 0;
        while (first < _entries.Length && predicate(_entries[first]))
            first++;
        if (first == _entries.Length)
            return this;
        var kept = new List<ResourceEntry>(_entries.Length - 1);
        kept.AddRange(_entries.AsSpan(0, first));
        foreach (var entry in _entries.AsSpan(first + 1))
        {
            if (predicate(entry))
                kept.Add(entry);
        }

        return kept.Count == 0 ? Empty : new ResourceBag([.. kept]);
    }

    /// <summary>What of this may be offered to a role: unreserved, or reserved to it or to a role above it.</summary>
    public ResourceBag AvailableTo(string role) => Where(entry => entry.Kind.IsAvailableTo(role));

    /// <summary>The same resources, every one stamped as given to the role, whatever it was stamped before.</summary>
    public ResourceBag AllocatedTo(string role) => WithAllocation(role);

    /// <summary>The same resources without the stamp of a role they are given to.</summary>
    public ResourceBag Unallocated() => WithAllocation(null);

    /// <summary>The roles that anything here is stamped with, each once, in ordinal order.</summary>
    public IReadOnlyList<string> AllocationRoles() => [.. _entries
        .Where(static entry => entry.Kind.AllocatedTo is not null)
        .Select(static entry => entry.Kind.AllocatedTo!)
        .Distinct().Order(StringComparer.Ordinal)];

    public bool Equals(ResourceBag? other) =>
        other is not null && (ReferenceEquals(this, other) || _entries.AsSpan().SequenceEqual(other._entries));

    public override bool Equals(object? obj) => Equals(obj as ResourceBag);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var entry in _entries)
            hash.Add(entry);
        return hash.ToHashCode();
    }

    public IEnumerator<ResourceEntry> GetEnumerator() => ((IEnumerable<ResourceEntry>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Mesos's text form: cpus:4;mem:4096;ports:[31000-31999].</summary>
    public override string ToString() => string.Join(';', _entries);

    private ResourceBag WithAllocation(string? role) => Array.TrueForAll(_entries, entry => entry.Kind.AllocatedTo == role)
        ? this
        : OfOwn(Array.ConvertAll(_entries, entry => entry with { Kind = entry.Kind.WithAllocation(role) }));

    /// <param name="entries">Nobody else's; may be kept.</param>
    private static ResourceBag OfOwn(ResourceEntry[] entries)
    {
        if (IsInOrder(entries))
            return entries.Length == 0 ? Empty : new ResourceBag(entries);
        var merged = new List<ResourceEntry>(entries.Length);
        // Stable, so that a reason names entries in the order given.
        foreach (var entry in entries.OrderBy(static entry => entry.Kind))
        {
            if (entry.Value.IsEmpty)
                continue;
            if (merged.Count > 0 && merged[^1].Kind.Equals(entry.Kind))
                merged[^1] = entry with { Value = merged[^1].Value.Add(entry.Value) };
            else
                merged.Add(entry);
        }

        return merged.Count == 0 ? Empty : new ResourceBag([.. merged]);
    }

    /// <summary>Each of a kind of its own, sorted, none empty: as a bag keeps them, and as most come.</summary>
    private static bool IsInOrder(ResourceEntry[] entries)
    {
        for (var position = 0; position < entries.Length; position++)
        {
            if (entries[position].Value.IsEmpty || (position > 0 && entries[position - 1].Kind.CompareTo(entries[position].Kind) >= 0))
                return false;
        }

        return true;
    }
}
