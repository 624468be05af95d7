using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Cli;

public sealed class OperationCommandsTests
{
    private const string Route = "POST /api/v1/clusters/trial/operations";
    private const string Folder = "_backups/postgresql/trial-20261201-020000-1";

    [Fact]
    public async Task A_backup_is_followed_to_its_end_and_its_name_printed()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With(Route, Cluster("Pending", "a host for it"), 202).WithEvents("GET /api/v1/clusters/trial/events", Cluster("Pending", "a host for it"), Cluster("Starting", "its end"), Cluster("Complete"));

        (await fake.RunAsync("backup", "trial")).ShouldBe(ExitCode.Done);

        JsonNode.Parse(fake.Requests[0].Body)!["name"]!.GetValue<string>().ShouldBe("backup");
        fake.Output.ToString().ShouldBe("trial-20261201-020000-1 holds what trial held\n");
        fake.Error.ToString().ShouldContain("waits for a host for it");
    }

    [Fact]
    public async Task One_that_fails_says_why_and_fails()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With(Route, Cluster("Pending"), 202).WithEvents("GET /api/v1/clusters/trial/events", Cluster("Failed", "exit 1: no space left"));

        (await fake.RunAsync("restore", "trial", "trial-20261201-020000-1", "--yes")).ShouldBe(ExitCode.Failed);

        fake.Requests[0].Body.ShouldContain("\"backup\":\"trial-20261201-020000-1\"");
        fake.Output.ToString().ShouldContain("failed: exit 1: no space left");
    }

    [Fact]
    public async Task What_an_operation_is_given_is_read_by_its_schema_and_shown_beside_it()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/clusters/trial", Examples.Cluster("Ready")).With("GET /api/v1/packages/spark", WithOperation).With(Route, Cluster("Pending", "a host for it"), 202);

        (await fake.RunAsync("operate", "trial", "add-queue", "--set", "name=night", "--set", "max-jobs=5", "--no-wait")).ShouldBe(ExitCode.Done);

        JsonNode.Parse(fake.Requests[^1].Body)!["inputs"]!.ToJsonString().ShouldBe("""{"name":"night","max_jobs":5}""");
    }

    [Theory]
    [InlineData("max_jobs=many", "input max_jobs takes a whole number from 1 to 9, not 'many'")]
    [InlineData("colour=red", "add-queue has no input 'colour'; it has name (text like ^[a-z]+$), max_jobs (a whole number from 1 to 9)")]
    [InlineData("night", "an input is given as key=value, not 'night'")]
    public async Task What_it_can_not_be_given_is_said_before_anything_is_asked(string given, string said)
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/clusters/trial", Examples.Cluster("Ready")).With("GET /api/v1/packages/spark", WithOperation);

        (await fake.RunAsync("operate", "trial", "add-queue", "--set", given)).ShouldNotBe(ExitCode.Done);

        fake.Error.ToString().ShouldContain(said);
        fake.Requests.ShouldAllBe(request => request.Method == "GET");
    }

    [Fact]
    public async Task What_an_operation_hands_out_is_printed_when_it_is_asked_for_and_not_before()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("POST /api/v1/clusters/trial/operations/1/hand-out", """{"number":1,"name":"let-in","variables":{"USER":"ann","PASSWORD":"hunter2"}}""")
            .With(Route, Cluster("Pending"), 202).WithEvents("GET /api/v1/clusters/trial/events", Cluster("Complete", handsOut: true));

        (await fake.RunAsync("operate", "trial", "let-in")).ShouldBe(ExitCode.Done);
        fake.Output.ToString().ShouldContain("is done; 'dp hand-out trial 1' prints what it hands out");
        (await fake.RunAsync("hand-out", "trial", "1")).ShouldBe(ExitCode.Done);

        fake.Output.ToString().ShouldEndWith("USER=ann\nPASSWORD=hunter2\n");
    }

    [Fact]
    public async Task Lists_backups()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/backups", """[{"package":"postgresql","name":"trial-20261201-020000-1","size_bytes":2048,"at":"2026-12-01T02:00:00Z"}]""");

        (await fake.RunAsync("backups", "--package", "postgresql")).ShouldBe(ExitCode.Done);

        fake.Requests.ShouldHaveSingleItem().Path.ShouldBe("/api/v1/backups?package=postgresql");
        fake.Output.ToString().ShouldContain("trial-20261201-020000-1");
    }

    [Fact]
    public async Task Replacing_a_pod_asks_for_it()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("POST /api/v1/clusters/trial/pods/worker-0/replace", Examples.Cluster("Ready"), 202);

        (await fake.RunAsync("replace", "trial", "worker-0", "--yes")).ShouldBe(ExitCode.Done);

        fake.Output.ToString().ShouldContain("trial gets another worker-0");
    }

    private static readonly string WithOperation = Examples.Package.TrimEnd()[..^1] + """
        ,"operations":[{"name":"add-queue","title":"Add a queue","description":"","kind":"plain",
         "inputs":{"type":"object","properties":{"name":{"type":"string","pattern":"^[a-z]+$"},"max_jobs":{"type":"integer","minimum":1,"maximum":9,"default":3}},"required":["name"]}}]}
        """;

    private static string Cluster(string state, string? said = null, bool handsOut = false)
    {
        var cluster = JsonNode.Parse(Examples.Cluster("Ready"))!.AsObject();
        cluster["operations"] = new JsonArray(new JsonObject
        {
            ["number"] = 1, ["name"] = handsOut ? "let-in" : "backup", ["kind"] = handsOut ? "plain" : "backup", ["hands_out"] = handsOut, ["state"] = state.ToLowerInvariant(), ["asked_at"] = "2026-12-01T02:00:00Z", ["folder"] = Folder, ["said"] = said,
        });
        return cluster.ToJsonString();
    }
}
