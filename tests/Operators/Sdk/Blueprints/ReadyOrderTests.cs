using DataPlatform.Operators.Sdk.Blueprints;

namespace DataPlatform.Operators.Tests.Sdk.Blueprints;

public sealed class ReadyOrderTests
{
    [Fact]
    public void Whoever_is_needed_comes_first_and_the_others_as_they_were() =>
        ReadyOrder.Of(["desk", "a", "sums", "numbers"], Needs(("desk", "sums numbers"), ("a", ""), ("sums", "numbers"), ("numbers", ""))).ShouldBe(["numbers", "sums", "desk", "a"]);

    [Fact]
    public void Clusters_that_need_each_other_are_named() =>
        ReadyOrder.Cycle(Needs(("a", "b"), ("b", "c"), ("c", "b"))).ShouldBe(["b", "c", "b"]);

    private static Dictionary<string, IReadOnlyCollection<string>> Needs(params (string Name, string Needs)[] all) =>
        all.ToDictionary(one => one.Name, one => (IReadOnlyCollection<string>)one.Needs.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
