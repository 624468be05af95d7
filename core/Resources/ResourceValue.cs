using System.Collections.Immutable;

namespace DataPlatform.Core.Resources;

/// <summary>How much of one kind of resource: an amount, a set of numbers, or a set of names. Immutable.</summary>
public abstract record ResourceValue
{
    private ResourceValue() { }

    public abstract bool IsEmpty { get; }

    /// <summary>The names of the three forms, as reasons use them.</summary>
    public abstract string Form { get; }

    public sealed record Scalar(ResourceAmount Amount) : ResourceValue
    {
        public override bool IsEmpty => Amount.IsZero;

        public override string Form => "scalar";

        public override string ToString() => Amount.ToString();
    }

    public sealed record Ranges(IntervalSet Numbers) : ResourceValue
    {
        public override bool IsEmpty => Numbers.IsEmpty;

        public override string Form => "ranges";

        public override string ToString() => Numbers.ToString();
    }

    /// <summary>Names in ordinal order, each once.</summary>
    public sealed record Set(ImmutableSortedSet<string> Items) : ResourceValue
    {
        public static Set Of(IEnumerable<string> items) => new(items.ToImmutableSortedSet(StringComparer.Ordinal));

        public override bool IsEmpty => Items.IsEmpty;

        public override string Form => "set";

        public bool Equals(Set? other) => other is not null && Items.SetEquals(other.Items);

        public override int GetHashCode() => Items.Aggregate(0, (hash, item) => HashCode.Combine(hash, item));

        public override string ToString() => $"{{{string.Join(',', Items)}}}";
    }

    /// <exception cref="InvalidOperationException">The forms differ, or sets have an item in common.</exception>
    public ResourceValue Add(ResourceValue other) => (this, other) switch
    {
        (Scalar left, Scalar right) => new Scalar(left.Amount + right.Amount),
        (Ranges left, Ranges right) when !left.Numbers.Overlaps(right.Numbers) => new Ranges(left.Numbers.Union(right.Numbers)),
        (Set left, Set right) when !left.Items.Overlaps(right.Items) => new Set(left.Items.Union(right.Items)),
        (Ranges, Ranges) or (Set, Set) => throw new InvalidOperationException($"{this} and {other} have members in common"),
        _ => throw new InvalidOperationException($"{this} is {Form}, {other} is {other.Form}"),
    };

    /// <exception cref="InvalidOperationException">The other is not contained in this.</exception>
    public ResourceValue Subtract(ResourceValue other) => (this, other) switch
    {
        _ when !Contains(other) => throw new InvalidOperationException($"{other} cannot be taken from {this}"),
        (Scalar left, Scalar right) => new Scalar(left.Amount - right.Amount),
        (Ranges left, Ranges right) => new Ranges(left.Numbers.Except(right.Numbers)),
        (Set left, Set right) => new Set(left.Items.Except(right.Items)),
        _ => throw new InvalidOperationException($"{this} is {Form}, {other} is {other.Form}"),
    };

    /// <summary>What of this the other leaves; values of another form take nothing.</summary>
    public ResourceValue SubtractToEmpty(ResourceValue other) => (this, other) switch
    {
        (Scalar left, Scalar right) => new Scalar(ResourceAmount.SubtractToZero(left.Amount, right.Amount)),
        (Ranges left, Ranges right) => new Ranges(left.Numbers.Except(right.Numbers)),
        (Set left, Set right) => new Set(left.Items.Except(right.Items)),
        _ => this,
    };

    public bool Contains(ResourceValue other) => (this, other) switch
    {
        (Scalar left, Scalar right) => left.Amount >= right.Amount,
        (Ranges left, Ranges right) => left.Numbers.Contains(right.Numbers),
        (Set left, Set right) => right.Items.IsSubsetOf(left.Items),
        _ => false,
    };

    /// <summary>True when adding would be refused: another form, or common members.</summary>
    public bool ConflictsWith(ResourceValue other) => (this, other) switch
    {
        (Scalar, Scalar) => false,
        (Ranges left, Ranges right) => left.Numbers.Overlaps(right.Numbers),
        (Set left, Set right) => left.Items.Overlaps(right.Items),
        _ => true,
    };
}
