using DataPlatform.Services.Cli;
using DataPlatform.Services.Tests.ControlPlane;
using DataPlatform.Services.Tests.ControlPlane.Packages;

namespace DataPlatform.Services.Tests.Cli;

public sealed class PackageCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Check_asks_nobody_and_ends_with_1_when_something_is_wrong()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        var right = SmallPackage.Write(Path.Combine(folder.Path, "right"), "right");
        var wrong = SmallPackage.Write(Path.Combine(folder.Path, "wrong"), "wrong", yaml => yaml.Replace("title:", "titel:", StringComparison.Ordinal));

        (await fake.RunAsync("package", "check", right)).ShouldBe(ExitCode.Done);
        fake.Output.ToString().ShouldBeEmpty();
        (await fake.RunAsync("package", "check", wrong)).ShouldBe(ExitCode.Failed);
        fake.Output.ToString().ShouldContain("package.yaml:3:1: titel is not known (allowed: schema, ");
        fake.Output.GetStringBuilder().Clear();
        (await fake.RunAsync("package", "check", wrong, "-o", "json")).ShouldBe(ExitCode.Failed);
        System.Text.Json.Nodes.JsonNode.Parse(fake.Output.ToString())!.AsArray().ShouldContain(problem => problem!["line"]!.GetValue<int>() == 3);
        fake.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Install_sends_nothing_that_is_wrong_and_the_whole_folder_when_it_is_right()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("POST /api/v1/packages", Examples.Package, 201).With("DELETE /api/v1/packages/spark", "{}");
        var wrong = SmallPackage.Write(Path.Combine(folder.Path, "wrong"), "wrong", yaml => yaml.Replace("schema: 1", "schema: 3", StringComparison.Ordinal));

        (await fake.RunAsync("package", "install", wrong)).ShouldBe(ExitCode.Failed);
        fake.Error.GetStringBuilder().Clear();
        (await fake.RunAsync("package", "install", wrong, "-o", "json")).ShouldBe(ExitCode.Failed);
        System.Text.Json.Nodes.JsonNode.Parse(fake.Error.ToString())!["detail"]!.GetValue<string>().ShouldContain("package.yaml:1:");
        fake.Requests.ShouldBeEmpty();
        (await fake.RunAsync("package", "install", SmallPackage.Write(Path.Combine(folder.Path, "right"), "right"))).ShouldBe(ExitCode.Done);
        fake.Output.ToString().ShouldContain("spark 4.2.0 is installed");
        fake.Requests.ShouldHaveSingleItem().Body.ShouldContain("pages/index.html.liquid");
        (await fake.RunAsync("package", "remove", "spark")).ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task List_shows_what_can_not_be_read_with_the_reason()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        var reason = $"package.yaml:3:1: titel is not known (allowed: {string.Join(", ", Enumerable.Repeat("something", 40))})";
        fake.With("GET /api/v1/packages", $$"""[{"name":"mine","title":"mine","description":"d","version":"","schema":{},"defaults":{},"unavailable_reason":"{{reason}}"}]""");

        (await fake.RunAsync("package", "list")).ShouldBe(ExitCode.Done);
        fake.Output.ToString().Split('\n').ShouldContain(line => line.TrimStart().StartsWith("mine ", StringComparison.Ordinal) && line.Contains(" no ", StringComparison.Ordinal));
        fake.Output.ToString().ShouldContain($"mine can't be launched: {reason}");
    }

    [Theory]
    [InlineData("package")]
    [InlineData("package", "check", "/no/such/folder")]
    [InlineData("package", "install", "/no/such/folder")]
    [InlineData("package", "new", "Not A Name")]
    [InlineData("package", "new", "../up")]
    public async Task Usage_that_is_wrong_ends_with_2(params string[] arguments)
    {
        await using var fake = await FakeControlPlane.StartAsync();
        (await fake.RunAsync(arguments)).ShouldBe(ExitCode.Usage);
        fake.Error.ToString().ShouldStartWith("dp: ");
    }

    [Fact]
    public async Task Usage_that_is_wrong_is_answered_with_the_whole_name_of_the_command()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        await fake.RunAsync("package", "check");
        fake.Error.ToString().ShouldContain("'dp package check --help'");
    }
}
