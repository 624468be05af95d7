using DataPlatform.Core.Resources;
using FsCheck.Xunit;

namespace DataPlatform.Core.Tests.Resources;

public class IntervalSetTests
{
    [Fact]
    public void Merges_what_overlaps_or_touches()
    {
        IntervalSet set = [new Interval(5, 9), new Interval(1, 2), new Interval(3, 3), new Interval(8, 12)];
        set.ToString().ShouldBe("[1-3,5-12]");
    }

    [Fact]
    public void Holds_the_greatest_number()
    {
        IntervalSet set = [new Interval(ulong.MaxValue, ulong.MaxValue), new Interval(ulong.MaxValue - 1, ulong.MaxValue - 1)];
        set.Intervals.ShouldBe([new Interval(ulong.MaxValue - 1, ulong.MaxValue)]);
        set.Except(IntervalSet.Single(ulong.MaxValue)).ShouldBe(IntervalSet.Single(ulong.MaxValue - 1));
    }

    [Fact]
    public void Refuses_a_range_that_ends_before_it_begins() =>
        Should.Throw<ArgumentException>(() => IntervalSet.Of(new Interval(2, 1))).Message.ShouldContain("2-1");

    [Property]
    public void Agrees_with_plain_sets_of_numbers(byte[] left, byte[] right)
    {
        var (a, b) = (left.Select(x => (int)x).ToHashSet(), right.Select(x => (int)x).ToHashSet());
        var (x, y) = (Of(a), Of(b));
        Members(x.Union(y)).ShouldBe(a.Union(b).Order());
        Members(x.Intersect(y)).ShouldBe(a.Intersect(b).Order());
        Members(x.Except(y)).ShouldBe(a.Except(b).Order());
        x.Contains(y).ShouldBe(b.IsSubsetOf(a));
        x.Overlaps(y).ShouldBe(a.Overlaps(b));
        x.Count.ShouldBe((ulong)a.Count);
        x.Except(y).Union(x.Intersect(y)).ShouldBe(x);
    }

    [Property]
    public void Is_sorted_and_neither_overlaps_nor_touches(byte[] numbers) =>
        Of(numbers.Select(x => (int)x)).Intervals.Zip(Of(numbers.Select(x => (int)x)).Intervals.Skip(1))
            .ShouldAllBe(pair => pair.First.Last + 1 < pair.Second.First);

    private static IntervalSet Of(IEnumerable<int> numbers) =>
        IntervalSet.Of([.. numbers.Select(number => new Interval((ulong)number, (ulong)number))]);

    private static IEnumerable<int> Members(IntervalSet set) =>
        set.SelectMany(interval => Enumerable.Range((int)interval.First, (int)(interval.Last - interval.First) + 1));
}
