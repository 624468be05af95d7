using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace DataPlatform.Core.Resources;

/// <summary>The whole numbers from First to Last, both included.</summary>
public readonly record struct Interval(ulong First, ulong Last)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}

/// <summary>A set of whole numbers (ports) as sorted intervals that neither overlap nor touch. Immutable.</summary>
[CollectionBuilder(typeof(IntervalSet), nameof(Of))]
public sealed class IntervalSet : IEquatable<IntervalSet>, IEnumerable<Interval>
{
    public static readonly IntervalSet Empty = new([]);

    private readonly Interval[] _intervals;

    private IntervalSet(Interval[] intervals) => _intervals = intervals;

    public bool IsEmpty => _intervals.Length == 0;

    public IReadOnlyList<Interval> Intervals => _intervals;

    /// <summary>How many numbers the set holds; the whole of 0..2^64-1 counts as 2^64-1.</summary>
    public ulong Count
    {
        get
        {
            var count = 0UL;
            foreach (var interval in _intervals)
            {
                var length = interval.Last - interval.First;
                if (length == ulong.MaxValue)
                    return ulong.MaxValue;
                count += length + 1;
            }

            return count;
        }
    }

    /// <summary>Intervals in any order, overlapping or not.</summary>
    /// <exception cref="ArgumentException">An interval ends before it begins.</exception>
    public static IntervalSet Of(params ReadOnlySpan<Interval> intervals)
    {
        if (intervals.IsEmpty)
            return Empty;
        var sorted = intervals.ToArray();
        Array.Sort(sorted, static (left, right) => left.First.CompareTo(right.First));
        var merged = new List<Interval>(sorted.Length);
        foreach (var interval in sorted)
        {
            if (interval.Last < interval.First)
                throw new ArgumentException($"the range {interval} ends before it begins", nameof(intervals));
            Append(merged, interval);
        }

        return new IntervalSet([.. merged]);
    }

    public static IntervalSet Single(ulong number) => new([new Interval(number, number)]);

    public bool Contains(ulong number)
    {
        foreach (var interval in _intervals)
        {
            if (number < interval.First)
                return false;
            if (number <= interval.Last)
                return true;
        }

        return false;
    }

    public bool Contains(IntervalSet other)
    {
        if (ReferenceEquals(this, other))
            return true;
        var position = 0;
        foreach (var wanted in other._intervals)
        {
            while (position < _intervals.Length && _intervals[position].Last < wanted.First)
                position++;
            if (position == _intervals.Length || _intervals[position].First > wanted.First || _intervals[position].Last < wanted.Last)
                return false;
        }

        return true;
    }

    public bool Overlaps(IntervalSet other) => !Intersect(other).IsEmpty;

    public IntervalSet Union(IntervalSet other)
    {
        if (other.IsEmpty)
            return this;
        return IsEmpty ? other : Of([.. _intervals, .. other._intervals]);
    }

    public IntervalSet Intersect(IntervalSet other)
    {
        var common = new List<Interval>();
        int left = 0, right = 0;
        while (left < _intervals.Length && right < other._intervals.Length)
        {
            var first = Math.Max(_intervals[left].First, other._intervals[right].First);
            var last = Math.Min(_intervals[left].Last, other._intervals[right].Last);
            if (first <= last)
                common.Add(new Interval(first, last));
            if (_intervals[left].Last < other._intervals[right].Last)
                left++;
            else
                right++;
        }

        return common.Count == 0 ? Empty : new IntervalSet([.. common]);
    }

    /// <summary>What of this set is not in the other.</summary>
    public IntervalSet Except(IntervalSet other)
    {
        if (other.IsEmpty || IsEmpty)
            return this;
        var rest = new List<Interval>();
        foreach (var interval in _intervals)
            Cut(interval, other._intervals, rest);
        return rest.Count == 0 ? Empty : new IntervalSet([.. rest]);
    }

    public bool Equals(IntervalSet? other) =>
        other is not null && _intervals.AsSpan().SequenceEqual(other._intervals);

    public override bool Equals(object? obj) => Equals(obj as IntervalSet);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var interval in _intervals)
            hash.Add(interval);
        return hash.ToHashCode();
    }

    public IEnumerator<Interval> GetEnumerator() => ((IEnumerable<Interval>)_intervals).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Mesos's text form: [31000-31009,31020-31020].</summary>
    public override string ToString() => $"[{string.Join(',', _intervals)}]";

    private static void Append(List<Interval> merged, Interval next)
    {
        if (merged.Count > 0 && (merged[^1].Last == ulong.MaxValue || next.First <= merged[^1].Last + 1))
            merged[^1] = new Interval(merged[^1].First, Math.Max(merged[^1].Last, next.Last));
        else
            merged.Add(next);
    }

    private static void Cut(Interval interval, Interval[] holes, List<Interval> rest)
    {
        var first = interval.First;
        foreach (var hole in holes)
        {
            if (hole.Last < first)
                continue;
            if (hole.First > interval.Last)
                break;
            if (hole.First > first)
                rest.Add(new Interval(first, hole.First - 1));
            if (hole.Last >= interval.Last)
                return;
            first = hole.Last + 1;
        }

        rest.Add(new Interval(first, interval.Last));
    }
}
