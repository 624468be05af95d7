namespace DataPlatform.Simulation.Tests;

/// <summary>A simulation that finds nothing proves nothing.</summary>
public class SabotageTests(ITestOutputHelper output)
{
    private const int Seeds = 300;

    public static TheoryData<string> Broken => [.. Enum.GetNames<Sabotage>().Where(name => name != nameof(Sabotage.None))];

    [Theory]
    [MemberData(nameof(Broken))]
    public void Is_found_by_some_seed(string name)
    {
        var found = Enumerable.Range(1, Seeds).Select(seed => (Seed: seed, Failure: SeededRun.Failure(seed, Enum.Parse<Sabotage>(name))))
            .FirstOrDefault(run => run.Failure is not null);

        found.Failure.ShouldNotBeNull();
        output.WriteLine($"seed {found.Seed}: {found.Failure.Message}");
    }

    [Fact]
    public void Is_shrunk_to_few_faults()
    {
        var seed = Enumerable.Range(1, Seeds).First(seed => SeededRun.Failure(seed, Sabotage.StartsTwice) is not null);

        var message = Should.Throw<InvalidOperationException>(() => SeededRun.Run(seed, Sabotage.StartsTwice)).Message;

        output.WriteLine(message);
        message.Split('\n').Count(line => line.Contains("fault ", StringComparison.Ordinal)).ShouldBeInRange(1, 3);
    }
}
