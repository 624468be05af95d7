using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Cli;

public sealed class ConfirmRemovalCommandTests
{
    private const string Withheld = """{"cluster_ids":["lost-1","lost-2"],"running":3}""";

    [Fact]
    public async Task Confirms_what_is_withheld_when_told_to()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/removals", Withheld).With("POST /api/v1/removals/confirm", """{"cluster_ids":[],"running":3}""");

        (await fake.RunAsync("clusters", "confirm-removal", "--yes")).ShouldBe(ExitCode.Done);

        fake.Output.ToString().ShouldContain("lost-1");
        fake.Error.ToString().ShouldContain("2 of 3 clusters that run are not known");
        fake.Requests[^1].Body.ShouldBe("""{"cluster_ids":["lost-1","lost-2"]}""");
    }

    [Fact]
    public async Task Shows_and_confirms_nothing_without_a_word()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/removals", Withheld);

        (await fake.RunAsync("clusters", "confirm-removal")).ShouldBe(ExitCode.Failed);

        fake.Error.ToString().ShouldContain("--yes");
        fake.Requests.ShouldAllBe(request => request.Method == "GET");
    }

    [Fact]
    public async Task Says_when_nothing_is_withheld()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/removals", """{"cluster_ids":[],"running":3}""");

        (await fake.RunAsync("clusters", "confirm-removal", "--yes")).ShouldBe(ExitCode.Done);

        fake.Requests.ShouldAllBe(request => request.Method == "GET");
    }
}
