using DataPlatform.Services.ControlPlane.Recurring;

namespace DataPlatform.Services.Tests.ControlPlane.Recurring;

public sealed class MassRemovalTests
{
    [Theory]
    [InlineData("", "", "", "", "")]
    [InlineData("a", "a", "", "", "")]
    [InlineData("a", "", "", "a", "")]
    [InlineData("a b", "", "", "", "a b")]
    [InlineData("a b c", "c", "", "", "a b")]
    [InlineData("a b c d", "c d", "", "a b", "")]
    [InlineData("a b c d e", "d e", "", "", "a b c")]
    [InlineData("a b c d e", "d e", "a b c", "a b c", "")]
    [InlineData("a b c d e", "d e", "a", "a b c", "")]
    [InlineData("a b c d e", "e", "a", "a", "b c d")]
    [InlineData("a b", "x y z", "", "", "a b")]
    public void More_than_one_that_are_more_than_half_are_withheld(string running, string known, string confirmed, string allowed, string withheld)
    {
        var decision = MassRemoval.Decide(Set(running), Set(known), Set(confirmed));
        string.Join(' ', decision.Allowed).ShouldBe(allowed);
        string.Join(' ', decision.Withheld).ShouldBe(withheld);
    }

    private static HashSet<string> Set(string words) => [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}
