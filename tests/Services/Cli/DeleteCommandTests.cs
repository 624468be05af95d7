using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Cli;

public sealed class DeleteCommandTests
{
    private const string Cluster = "GET /api/v1/clusters/trial";
    private const string Delete = "DELETE /api/v1/clusters/trial";

    [Theory]
    [InlineData("y\n", ExitCode.Done, 1)]
    [InlineData("no\n", ExitCode.Failed, 0)]
    [InlineData("", ExitCode.Failed, 0)]
    public async Task Asks_whoever_sits_at_the_terminal(string typed, int code, int deletions)
    {
        await using var fake = await StartAsync();
        fake.Typed = typed;

        (await fake.RunAsync("delete", "trial", "--no-wait")).ShouldBe(code);

        fake.Seen.ToString().ShouldContain("Delete trial (spark, ready)? [y/N]");
        fake.Requests.Count(request => request.Method == "DELETE").ShouldBe(deletions);
    }

    [Theory]
    [InlineData("> /dev/null")]
    [InlineData("2> /dev/null")]
    [InlineData("> /dev/null 2> /dev/null")]
    public async Task Asks_although_outputs_are_redirected(string redirected)
    {
        await using var fake = await StartAsync();
        using var terminal = fake.StartInTerminal($"dp delete trial --no-wait {redirected}");

        await terminal.WaitForAsync("Delete trial (spark, ready)? [y/N]");
        await terminal.TypeAsync("n\n");

        (await terminal.WhenEndedAsync()).ShouldBe(ExitCode.Failed);
        fake.Requests.ShouldAllBe(request => request.Method == "GET");
    }

    [Fact]
    public async Task Ctrl_C_at_the_question_ends_it_and_nothing_is_deleted()
    {
        await using var fake = await StartAsync();
        using var terminal = fake.StartInTerminal("dp delete trial --no-wait");

        await terminal.WaitForAsync("[y/N]");
        await terminal.TypeAsync("\u0003");

        (await terminal.WhenEndedAsync()).ShouldBe(ExitCode.Interrupted);
        fake.Requests.ShouldAllBe(request => request.Method == "GET");
    }

    [Theory]
    [InlineData("delete", "trial")]
    [InlineData("down", "lab")]
    [InlineData("replace", "trial", "worker-0")]
    [InlineData("restore", "trial", "backup")]
    [InlineData("clusters", "confirm-removal")]
    public async Task Where_nobody_can_be_asked_it_is_refused_with_the_flag_to_give(params string[] arguments)
    {
        await using var fake = await StartAsync();
        fake.With("GET /api/v1/blueprints/lab", """{"summary":{"name":"lab","title":"Lab","owner":"o","state":"Ready","ready":0,"clusters":0,"created_at":"2026-01-01T00:00:00Z","changed_at":"2026-01-01T00:00:00Z"},"clusters":[],"content":""}""")
            .With("GET /api/v1/removals", """{"cluster_ids":["lost-1"],"running":1}""");

        (await fake.RunAsync(arguments)).ShouldBe(ExitCode.Failed);

        fake.Error.ToString().ShouldContain("Nobody can be asked here, and nothing was changed: --yes answers yes");
        fake.Requests.ShouldAllBe(request => request.Method == "GET");
    }

    [Fact]
    public async Task One_that_is_gone_before_it_could_be_watched_is_deleted()
    {
        await using var fake = await StartAsync();

        (await fake.RunAsync("delete", "trial", "--yes")).ShouldBe(ExitCode.Done);

        fake.Requests.ShouldContain(request => request.Path.EndsWith("/events", StringComparison.Ordinal));
        fake.Error.ToString().ShouldContain("trial is deleted");
    }

    private static async Task<FakeControlPlane> StartAsync() =>
        (await FakeControlPlane.StartAsync()).With(Cluster, Examples.Cluster("Ready")).With(Delete, "", 202);
}
