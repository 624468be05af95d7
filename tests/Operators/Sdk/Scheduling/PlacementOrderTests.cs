using DataPlatform.Operators.Sdk.Scheduling;
using Shouldly;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

public sealed class PlacementOrderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly PlacementOrder order = new();

    [Fact]
    public void The_oldest_gathers_and_the_others_hear_for_whom_they_wait()
    {
        order.Begin("b", "younger", Noon.AddMinutes(1), Noon).ShouldBe([("b", (string?)null)]);
        order.Begin("a", "older", Noon, Noon).OrderBy(told => told.ClusterId).ShouldBe([("a", (string?)null), ("b", "older")]);
        order.Begin("c", "youngest", Noon.AddMinutes(2), Noon).ShouldBe([("c", "younger")]);
    }

    [Fact]
    public void When_the_first_is_placed_it_is_the_next_ones_turn()
    {
        order.Begin("a", "older", Noon, Noon);
        order.Begin("b", "younger", Noon.AddMinutes(1), Noon);
        order.Begin("c", "youngest", Noon.AddMinutes(2), Noon);
        order.Begin("d", "last", Noon.AddMinutes(3), Noon);
        // Those further behind have no news.
        order.End("a", Noon).ShouldBe([("b", (string?)null)]);
        order.End("c", Noon).ShouldBe([("d", "younger")]);
    }

    [Fact]
    public void One_that_is_not_placed_for_long_makes_way_and_has_its_turn_again()
    {
        order.Begin("a", "too large", Noon, Noon);
        order.Begin("b", "small", Noon.AddMinutes(1), Noon);
        order.Tick(Noon + PlacementOrder.Patience - TimeSpan.FromSeconds(1)).ShouldBeEmpty();
        order.Tick(Noon + PlacementOrder.Patience).OrderBy(told => told.ClusterId).ShouldBe([("a", "small"), ("b", (string?)null)]);
        order.Tick(Noon + (PlacementOrder.Patience * 2)).OrderBy(told => told.ClusterId).ShouldBe([("a", (string?)null), ("b", "too large")]);
    }

    [Fact]
    public void One_that_waits_alone_keeps_its_turn()
    {
        order.Begin("a", "too large", Noon, Noon);
        order.Tick(Noon.AddHours(1)).ShouldBeEmpty();
    }
}
