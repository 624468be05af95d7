using System.Text.Json.Nodes;
using DataPlatform.Services.Cli;
using DataPlatform.Services.Tests.ControlPlane;

namespace DataPlatform.Services.Tests.Cli;

public sealed class ContextCommandTests : IDisposable
{
    private const string Here = """{"control_plane":"http://here:8080","token":"a"}""";
    private const string Work = """{"control_plane":"https://work:8080","token":"b"}""";
    private readonly TemporaryFolder folder = new();
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    private string Used => Path.Combine(folder.Path, "config.json");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Several_are_kept_and_one_is_used()
    {
        Write(Used, Here);
        (await RunAsync("context", "add", "here")).ShouldBe(ExitCode.Done);
        (await RunAsync("context", "add", "work", "--from", Write(Path.Combine(folder.Path, "work.json"), Work))).ShouldBe(ExitCode.Done);

        (await RunAsync("context", "use", "work")).ShouldBe(ExitCode.Done);

        File.ReadAllText(Used).ShouldBe(Work);
        File.GetUnixFileMode(Used).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await RunAsync("context", "list", "-o", "json")).ShouldBe(ExitCode.Done);
        JsonNode.DeepEquals(JsonNode.Parse(output.ToString()), JsonNode.Parse("""
            [{"name":"here","control_plane":"http://here:8080","is_used":false},{"name":"work","control_plane":"https://work:8080","is_used":true}]
            """)).ShouldBeTrue(output.ToString());
        (await RunAsync("context", "use", "here")).ShouldBe(ExitCode.Done);
        (await RunAsync("context", "remove", "work")).ShouldBe(ExitCode.Done);
        File.ReadAllText(Used).ShouldBe(Here);
        output.GetStringBuilder().Clear();
        await RunAsync("context", "list");
        output.ToString().ShouldNotContain("work");
    }

    [Fact]
    public async Task What_is_used_and_not_kept_is_not_lost()
    {
        Write(Used, Here);
        await RunAsync("context", "add", "work", "--from", Write(Path.Combine(folder.Path, "work.json"), Work));

        (await RunAsync("context", "use", "work")).ShouldBe(ExitCode.Usage);

        error.ToString().ShouldContain("'dp context add NAME' keeps it");
        File.ReadAllText(Used).ShouldBe(Here);
    }

    [Theory]
    [InlineData("there is no context nwo; there are now. Did you mean 'now'?", "use", "nwo")]
    [InlineData("there is no context x", "remove", "x")]
    [InlineData("there is no context ../config", "remove", "../config")]
    [InlineData("can't be called '../up'", "add", "../up")]
    [InlineData("there is a context now already", "add", "now")]
    public async Task What_can_t_be_is_refused(string why, params string[] arguments)
    {
        Write(Used, Here);
        await RunAsync("context", "add", "now");

        (await RunAsync(["context", .. arguments])).ShouldBe(ExitCode.Usage);

        error.ToString().ShouldContain(why);
        File.Exists(Used).ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_that_is_no_configuration_is_not_kept()
    {
        (await RunAsync("context", "add", "new", "--from", Write(Path.Combine(folder.Path, "other.json"), "{}"))).ShouldBe(ExitCode.Unreachable);

        Directory.Exists(Path.Combine(folder.Path, "contexts")).ShouldBeFalse();
    }

    private static string Write(string file, string content)
    {
        File.WriteAllText(file, content);
        return file;
    }

    private Task<int> RunAsync(params string[] arguments) =>
        CommandTree.RunAsync(arguments, new Surroundings(output, error, name => name == "DP_CONFIG" ? Used : null, Interactive: false, TimeProvider.System), CancellationToken.None);
}
