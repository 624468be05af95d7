using DataPlatform.Services.ControlPlane.Recurring;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataPlatform.Services.Tests.ControlPlane.Recurring;

public sealed class RemovalsTests
{
    private readonly Removals removals = new(NullLogger<Removals>.Instance);

    [Fact]
    public void What_goes_its_way_is_not_withheld_when_others_are_gone_before_it()
    {
        removals.Allow(Set("a b c d"), Set("c d")).ShouldBe(["a", "b"], ignoreOrder: true);
        removals.Allow(Set("a b c"), Set("c")).ShouldBe(["a", "b"], ignoreOrder: true);
        removals.Withheld.ClusterIds.ShouldBeEmpty();
    }

    [Fact]
    public void A_word_holds_for_what_was_withheld_and_for_no_other()
    {
        removals.Allow(Set("a b c"), Set("")).ShouldBeEmpty();
        removals.Confirm(["a", "c", "z"]).ShouldBe(["a", "c"]);
        removals.Withheld.ClusterIds.ShouldBe(["b"]);
        removals.Allow(Set("a b c x y z"), Set("")).ShouldBe(["a", "c"], ignoreOrder: true);
        removals.Withheld.ClusterIds.ShouldBe(["b", "x", "y", "z"]);
    }

    [Fact]
    public void Nothing_is_withheld_once_the_database_knows_it_again()
    {
        removals.Allow(Set("a b c"), Set(""));
        removals.Allow(Set("a b c"), Set("a b c")).ShouldBeEmpty();
        removals.Withheld.ClusterIds.ShouldBeEmpty();
        removals.Confirm(["a"]).ShouldBeEmpty();
    }

    private static HashSet<string> Set(string words) => [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}
