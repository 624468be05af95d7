namespace DataPlatform.Simulation.Tests;

public sealed class SeedSearchTests : IDisposable
{
    private readonly StringWriter output = new();

    public void Dispose() => output.Dispose();

    [Fact]
    public void Tries_every_seed_from_the_first_on()
    {
        var tried = new System.Collections.Concurrent.ConcurrentBag<int>();

        Search(seed => tried.Add(seed), "--seeds", "30", "--first", "5").ShouldBe(0);

        tried.Order().ShouldBe(Enumerable.Range(5, 30));
    }

    [Fact]
    public void Names_a_seed_that_fails_and_how_to_repeat_it()
    {
        Search(seed => (seed == 7 ? 0 : 1).ShouldBe(1), "--seeds", "10").ShouldBe(1);

        output.ToString().ShouldContain("./dp simulate --seeds 1 --first 7");
        output.ToString().ShouldContain("9 held, 1 failed: 7");
    }

    [Theory]
    [InlineData("--seeds")]
    [InlineData("--seeds", "0")]
    [InlineData("--seeds", "-1")]
    [InlineData("--speed", "1")]
    [InlineData("--first", "2147483647", "--seeds", "2")]
    public void Refuses_what_it_does_not_understand(params string[] arguments) => Search(_ => throw new InvalidOperationException("ran"), arguments).ShouldBe(2);

    [Fact]
    public void Gives_up_when_nearly_everything_fails()
    {
        Search(_ => throw new InvalidOperationException("as always"), "--seeds", "1000000").ShouldBe(1);

        output.ToString().ShouldContain("gave up");
    }

    private int Search(Action<int> run, params string[] arguments) => SeedSearch.Run(arguments, seed =>
    {
        run(seed);
        return "";
    }, TextWriter.Synchronized(output), TestContext.Current.CancellationToken);
}
