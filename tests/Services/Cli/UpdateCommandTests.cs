using System.Text.Json.Nodes;
using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Cli;

public sealed class UpdateCommandTests
{
    private const string Update = "POST /api/v1/clusters/trial/update";
    private const string Versioned = """
        {"name":"spark","title":"Spark","description":"d","version":"2","defaults":{"version":"2"},"versions":["2","1"],
         "schema":{"type":"object","properties":{"workers":{"type":"integer"},"version":{"type":"string","enum":["2","1"]}},"x-presets":{"S":{"workers":1}}}}
        """;

    [Fact]
    public async Task Another_version_is_an_option_of_its_own_schema()
    {
        await using var fake = await Start();
        fake.With(Update, """{"target":2,"options":[{"option":"version","before":"1","after":"2"}],"pods":[{"pod":"worker-0","change":"restarted","why":"its version changes from 1 to 2"}],"is_wanted":false}""");

        (await fake.RunAsync("update", "trial", "--version", "2", "--set", "workers=3", "--dry-run")).ShouldBe(ExitCode.Done);

        fake.Requests.ShouldContain(request => request.Path == "/api/v1/packages/spark?version=2");
        JsonNode.Parse(fake.Requests[^1].Body)!["options"]!.ToJsonString().ShouldBe("""{"workers":3,"version":"2"}""");
        fake.Output.ToString().ShouldContain("worker-0 is restarted: its version changes from 1 to 2");
    }

    [Fact]
    public async Task A_size_is_sent_as_it_is_and_what_is_refused_is_shown_with_what_is_allowed()
    {
        await using var fake = await Start();
        fake.With(Update, """{"title":"The request is not valid","status":400,"errors":[{"field":"size","message":"the package has no such size","allowed":"S"}]}""", 400);

        (await fake.RunAsync("update", "trial", "--size", "XL")).ShouldBe(ExitCode.Failed);

        JsonNode.Parse(fake.Requests[^1].Body)!["size"]!.GetValue<string>().ShouldBe("XL");
        fake.Error.ToString().ShouldContain("size: the package has no such size (allowed: S)");
    }

    [Fact]
    public async Task A_fixed_option_is_refused_with_what_it_has_to_stay()
    {
        await using var fake = await Start();
        fake.With(Update, """{"title":"A fixed option can't be changed","status":409,"errors":[{"field":"options.workers","message":"is fixed when a cluster is launched","allowed":"'2', as it is"}]}""", 409);

        (await fake.RunAsync("update", "trial", "--set", "workers=3", "--yes")).ShouldBe(ExitCode.Failed);

        fake.Error.ToString().ShouldContain("workers: is fixed when a cluster is launched (allowed: '2', as it is)");
    }

    [Fact]
    public async Task What_would_change_is_shown_before_it_is_asked_and_nothing_changes_where_nobody_can_be_asked()
    {
        await using var fake = await Start();
        fake.With(Update, """{"target":2,"options":[{"option":"workers","before":"2","after":"3"}],"pods":[],"is_wanted":false}""");

        (await fake.RunAsync("update", "trial", "--set", "workers=3")).ShouldBe(ExitCode.Failed);
        fake.Error.ToString().ShouldContain("workers: 2 -> 3");
        fake.Error.ToString().ShouldContain("--yes");
        fake.Typed = "y\n";
        (await fake.RunAsync("update", "trial", "--set", "workers=3", "-o", "json")).ShouldBe(ExitCode.Done);

        fake.Seen.ToString().ShouldContain("workers: 2 -> 3");
        JsonNode.Parse(fake.Output.ToString())!["target"]!.GetValue<int>().ShouldBe(2);
        fake.Requests.Where(request => request.Method == "POST").Select(request => JsonNode.Parse(request.Body)!["dry_run"]!.GetValue<bool>()).ShouldBe([true, true, false]);
    }

    [Fact]
    public async Task Who_names_nothing_that_changes_is_told_what_to_name()
    {
        await using var fake = await Start();
        (await fake.RunAsync("update", "trial")).ShouldBe(ExitCode.Usage);
        fake.Error.ToString().ShouldContain("--set KEY=VALUE, --size SIZE or --version VERSION");
    }

    [Fact]
    public async Task A_package_is_shown_with_its_versions_and_sizes_and_one_version_of_it_can_be_removed()
    {
        await using var fake = await Start();
        fake.With("DELETE /api/v1/packages/spark", "", 204);

        (await fake.RunAsync("package", "show", "spark")).ShouldBe(ExitCode.Done);
        fake.Output.ToString().ShouldContain("versions: 2, 1");
        fake.Output.ToString().ShouldContain("--size S: workers=1");
        (await fake.RunAsync("package", "remove", "spark", "--version", "1")).ShouldBe(ExitCode.Done);
        fake.Requests[^1].Path.ShouldBe("/api/v1/packages/spark?version=1");
    }

    private static async Task<FakeControlPlane> Start()
    {
        var fake = await FakeControlPlane.StartAsync();
        return fake.With("GET /api/v1/clusters/trial", Examples.Cluster("Ready")).With("GET /api/v1/packages/spark", Versioned);
    }
}
