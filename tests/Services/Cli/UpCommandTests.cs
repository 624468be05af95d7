using System.Text.Json.Nodes;
using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Cli;

public sealed class UpCommandTests : IDisposable
{
    private const string Up = "POST /api/v1/blueprints";
    private readonly string file = Path.Combine(Directory.CreateTempSubdirectory("dp-up-").FullName, "lab.yaml");

    public UpCommandTests() => File.WriteAllText(file, "schema: 1\nname: lab\n");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

    [Theory]
    [InlineData("launched", "is launched")]
    [InlineData("left", "stays as it is")]
    public async Task Sends_the_file_and_waits_for_what_is_on_its_way(string change, string shown)
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With(Up, Change(change)).WithEvents("GET /api/v1/clusters/trial/events", Examples.Cluster("Starting", "Starting", "an offer"), Examples.Cluster("Ready"));

        (await fake.RunAsync("up", "-f", file)).ShouldBe(ExitCode.Done);

        var sent = fake.Requests.Where(request => request.Method == "POST").Select(request => JsonNode.Parse(request.Body)!.AsObject()).ToList();
        sent.Select(body => body["dry_run"]!.GetValue<bool>()).ShouldBe([true, false]);
        sent.ShouldAllBe(body => body["file"]!.GetValue<string>() == "lab.yaml" && body["content"]!.GetValue<string>() == "schema: 1\nname: lab\n");
        fake.Output.ToString().ShouldContain($"trial (spark) {shown}");
        fake.Error.ToString().ShouldContain("worker-0 starting: an offer");
        fake.Error.ToString().ShouldContain("lab is up");
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_with_what_restarts()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With(Up, Change("changed", isWanted: false));

        (await fake.RunAsync("up", "-f", file, "--dry-run")).ShouldBe(ExitCode.Done);

        JsonNode.Parse(fake.Requests.ShouldHaveSingleItem().Body)!["dry_run"]!.GetValue<bool>().ShouldBeTrue();
        fake.Output.ToString().ReplaceLineEndings("\n").ShouldBe("trial (spark) would be changed\n  workers: 2 -> 4\n  lifetime: 1 h -> 2 h\n  worker-2 is added: there are more of them\n");
    }

    [Fact]
    public async Task What_is_refused_is_told_with_its_place_in_the_file()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With(Up, """{"title":"The blueprint can't be brought up","status":400,"detail":"Nothing was changed.","errors":[{"field":"lab.yaml:2:1","message":"clusters is missing","allowed":"clusters by name"}]}""", 400);

        (await fake.RunAsync("up", "-f", file)).ShouldBe(ExitCode.Failed);

        fake.Error.ToString().ShouldContain("lab.yaml:2:1: clusters is missing (allowed: clusters by name)");
    }

    [Fact]
    public async Task Fails_with_the_reason_when_one_of_its_clusters_fails()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With(Up, Change("launched")).WithEvents("GET /api/v1/clusters/trial/events", Examples.Cluster("Failed", reason: "no host is large enough"));

        (await fake.RunAsync("up", "-f", file, "-o", "json")).ShouldBe(ExitCode.Failed);

        JsonNode.Parse(fake.Error.ToString().Trim().Split('\n')[^1])!["title"]!.GetValue<string>().ShouldBe("trial failed: no host is large enough");
        JsonNode.Parse(fake.Output.ToString())!["blueprint"]!.GetValue<string>().ShouldBe("lab");
    }

    [Fact]
    public async Task Down_waits_until_all_of_it_is_gone()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/blueprints/lab", Detail).With("DELETE /api/v1/blueprints/lab", Detail, 202).WithEvents("GET /api/v1/clusters/trial/events", Examples.Cluster("Deleting"), Examples.Cluster("Deleted"));

        (await fake.RunAsync("down", "lab", "--even-if-needed", "--yes")).ShouldBe(ExitCode.Done);

        fake.Requests.Single(request => request.Method == "DELETE").Path.ShouldEndWith("?even_if_needed=true");
        fake.Error.ToString().ShouldContain("lab is down");
    }

    [Fact]
    public async Task Blueprints_are_listed_shown_and_exported()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/blueprints", $"[{JsonNode.Parse(Detail)!["summary"]!.ToJsonString()}]").With("GET /api/v1/blueprints/lab", Detail)
            .With("POST /api/v1/blueprints/export", """{"name":"lab","content":"schema: 1\n"}""");

        (await fake.RunAsync("blueprints")).ShouldBe(ExitCode.Done);
        fake.Output.ToString().ShouldContain("0 of 1");
        (await fake.RunAsync("blueprint", "show", "lab")).ShouldBe(ExitCode.Done);
        fake.Output.ToString().ShouldContain("trial");
        fake.Output.GetStringBuilder().Clear();
        (await fake.RunAsync("blueprint", "export", "a", "b", "--name", "lab")).ShouldBe(ExitCode.Done);
        fake.Output.ToString().ShouldBe("schema: 1\n");
        fake.Requests.Last().Body.ShouldBe("""{"of":["a","b"],"name":"lab"}""");
    }

    private static string Change(string change, bool isWanted = true) => $$"""
        {"blueprint":"lab","is_wanted":{{(isWanted ? "true" : "false")}},"clusters":[{"cluster":"trial","package":"spark","change":"{{change}}",
          "options":[{{(change == "changed" ? """{"option":"workers","before":"2","after":"4"}""" : "")}}],"others":[{{(change == "changed" ? """{"option":"lifetime","before":"1 h","after":"2 h"}""" : "")}}],
          "pods":[{{(change == "changed" ? """{"pod":"worker-2","change":"added","why":"there are more of them"}""" : "")}}]}]}
        """;

    private static string Detail { get; } = $$"""
        {"summary":{"name":"lab","title":"Lab","owner":"o","state":"Starting","reason":"trial: waits","ready":0,"clusters":1,"created_at":"2026-01-01T00:00:00Z","changed_at":"2026-01-01T00:00:00Z"},
         "clusters":[{"name":"trial","package":"spark","needs":[],"cluster":{{JsonNode.Parse(Examples.Cluster("Starting"))!["summary"]!.ToJsonString()}}}],"content":"schema: 1"}
        """;
}
