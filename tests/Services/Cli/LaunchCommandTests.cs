using System.Text.Json.Nodes;
using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Cli;

public sealed class LaunchCommandTests
{
    private const string Launch = "POST /api/v1/clusters";
    private const string Events = "GET /api/v1/clusters/trial/events";

    [Fact]
    public async Task Sends_the_options_in_their_types_and_waits_until_ready()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/packages/spark", Examples.Package).With(Launch, Examples.Cluster("Pending"), 201)
            .WithEvents(Events, Examples.Cluster("Starting", "Starting", "an offer"), Examples.Cluster("Ready"));

        (await fake.RunAsync("launch", "spark", "--workers", "3", "--worker-memory=512", "--history", "--option", "size=m", "--name", "trial", "--lifetime", "2h")).ShouldBe(ExitCode.Done);

        var sent = JsonNode.Parse(fake.Requests.Single(request => request.Method == "POST").Body)!;
        JsonNode.DeepEquals(sent, JsonNode.Parse("""
            {"package":"spark","name":"trial","options":{"workers":3,"worker_memory":512,"history":true,"size":"m"},"lifetime_seconds":7200}
            """)).ShouldBeTrue(sent.ToJsonString());
        fake.Requests.ShouldAllBe(request => request.Authorization == "Bearer secret-of-the-test");
        fake.Error.ToString().ShouldContain("worker-0 starting: an offer");
        fake.Error.ToString().ShouldContain("worker-0 complete after 3.5 s");
        fake.Output.ToString().ShouldContain("Spark Connect: sc://127.0.0.1:15002");
    }

    [Fact]
    public async Task Sends_the_version_the_size_and_what_it_needs()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/packages/spark", Examples.Package).With(Launch, Examples.Cluster("Pending"), 201);

        (await fake.RunAsync("launch", "spark", "--name", "trial", "--version", "4.2.0", "--size", "M", "--set", "workers=3", "--needs", "numbers", "--needs", "sums", "--no-wait")).ShouldBe(ExitCode.Done);

        var sent = JsonNode.Parse(fake.Requests.Single(request => request.Method == "POST").Body)!;
        JsonNode.DeepEquals(sent, JsonNode.Parse("""
            {"package":"spark","name":"trial","options":{"workers":3},"lifetime_seconds":28800,"version":"4.2.0","size":"M","needs":["numbers","sums"]}
            """)).ShouldBeTrue(sent.ToJsonString());
    }

    [Theory]
    [InlineData("--wokers 3", "no option 'wokers'; it has workers (a whole number from 1 to 64)")]
    [InlineData("--workers many", "option workers takes a whole number from 1 to 64, not 'many'")]
    [InlineData("--workers", "--workers lacks its value")]
    [InlineData("stray", "'stray' is not understood")]
    [InlineData("--workers 1 --option workers=2", "given twice")]
    [InlineData("--option workers", "key=value")]
    public async Task Says_what_of_the_options_is_wrong_and_launches_nothing(string words, string expected)
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/packages/spark", Examples.Package);

        (await fake.RunAsync(["launch", "spark", .. words.Split(' ')])).ShouldBe(ExitCode.Usage);

        fake.Error.ToString().ShouldContain(expected);
        fake.Requests.ShouldAllBe(request => request.Method == "GET");
    }

    [Theory]
    [InlineData("--wokers 3", "'--workers'")]
    [InlineData("--worker-memroy 3", "'--worker-memory'")]
    [InlineData("--nmae trial", "'--name'")]
    [InlineData("--set wokers=3", "'--workers'")]
    public async Task Says_which_option_was_probably_meant(string words, string meant)
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/packages/spark", Examples.Package);

        (await fake.RunAsync(["launch", "spark", .. words.Split(' ')])).ShouldBe(ExitCode.Usage);

        fake.Error.ToString().ShouldContain($"Did you mean {meant}?");
    }

    [Fact]
    public async Task Ctrl_C_ends_the_watching_alone_and_says_how_to_go_on()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/packages/spark", Examples.Package).With(Launch, Examples.Cluster("Pending"), 201).WithOpenEvents(Events, Examples.Cluster("Starting", "Starting", "an offer"));
        using var terminal = fake.StartInTerminal("dp launch spark --name trial");

        await terminal.WaitForAsync("an offer");
        await terminal.TypeAsync("\u0003");

        (await terminal.WhenEndedAsync()).ShouldBe(ExitCode.Interrupted);
        await terminal.WaitForAsync("dp: interrupted: the launch of trial goes on; 'dp cluster trial' shows how far it is, 'dp delete trial' deletes it");
        fake.Requests.ShouldNotContain(request => request.Method == "DELETE");
    }

    [Fact]
    public async Task A_page_is_shown_at_the_console_which_signs_in_and_other_ways_as_they_are()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/clusters/trial", Examples.Cluster("Ready")).With("GET /api/v1/packages/spark", Examples.Package).With(Launch, Examples.Cluster("Pending"), 201);
        var console = JsonNode.Parse(await File.ReadAllTextAsync(fake.Configuration, TestContext.Current.CancellationToken))!["control_plane"];

        foreach (var words in (string[][])[["cluster", "trial"], ["launch", "spark", "--name", "trial", "--no-wait"]])
        {
            fake.Output.GetStringBuilder().Clear();
            (await fake.RunAsync(words)).ShouldBe(ExitCode.Done);
            fake.Output.ToString().ShouldContain($"Spark UI: {console}/ui/trial/ui/jobs/\n");
            fake.Output.ToString().ShouldContain("Spark Connect: sc://127.0.0.1:15002\n");
        }
    }

    [Fact]
    public async Task Shows_each_field_that_the_control_plane_refuses()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/packages/spark", Examples.Package)
            .With(Launch, """{"title":"The request is not valid","status":400,"errors":[{"field":"name","message":"bad","allowed":"letters"}]}""", 400);

        (await fake.RunAsync("launch", "spark", "--name", "../x")).ShouldBe(ExitCode.Failed);

        fake.Error.ToString().ShouldContain("name: bad (allowed: letters)");
    }

    [Fact]
    public async Task Fails_with_the_reason_when_the_cluster_fails()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/packages/spark", Examples.Package).With(Launch, Examples.Cluster("Pending"), 201).WithEvents(Events, Examples.Cluster("Failed", reason: "no host is large enough"));

        (await fake.RunAsync("launch", "spark", "--name", "trial")).ShouldBe(ExitCode.Failed);

        fake.Error.ToString().ShouldContain("no host is large enough");
    }

    [Fact]
    public async Task Times_out_and_says_what_was_waited_for()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/packages/spark", Examples.Package).With(Launch, Examples.Cluster("Pending"), 201).WithEvents(Events, Examples.Cluster("Starting", "Starting", "an offer"));

        (await fake.RunAsync("launch", "spark", "--name", "trial", "--timeout", "1s")).ShouldBe(ExitCode.TimedOut);

        fake.Error.ToString().ShouldContain("it waits for workers/worker-0: an offer");
    }

    [Fact]
    public async Task Prints_one_json_document_and_no_progress_on_standard_output()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/packages/spark", Examples.Package).With(Launch, Examples.Cluster("Pending"), 201).WithEvents(Events, Examples.Cluster("Ready"));

        (await fake.RunAsync("launch", "spark", "--name", "trial", "-o", "json")).ShouldBe(ExitCode.Done);

        JsonNode.Parse(fake.Output.ToString())!["summary"]!["state"]!.GetValue<string>().ShouldBe("Ready");
    }
}
