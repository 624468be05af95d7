using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Cli;

public sealed class CommandTreeTests
{
    [Theory]
    [InlineData("nonsense")]
    [InlineData("launch")]
    [InlineData("clusters", "-o", "yaml")]
    [InlineData("logs", "trial")]
    [InlineData("logs", "a/b/c")]
    [InlineData("logs", "trial/x", "--tail", "0")]
    [InlineData("extend", "trial", "soon")]
    [InlineData("up")]
    [InlineData("up", "-f", "/no/such/file")]
    [InlineData("down")]
    [InlineData("blueprint", "export")]
    [InlineData("why")]
    [InlineData("why", "trial", "--framework", "F")]
    [InlineData("why", "trial", "--role", "r")]
    [InlineData("replay")]
    [InlineData("replay", "file", "--from", "soon")]
    [InlineData("replay", "/no/such/file")]
    [InlineData("launch", "spark", "--lifetime", "-1h")]
    [InlineData("launch", "spark", "--wait", "--no-wait")]
    [InlineData("quickstart", "--port", "70000")]
    [InlineData("quickstart", "--wheels", "/no/such/folder")]
    public async Task Usage_that_is_wrong_ends_with_2_and_a_sentence(params string[] arguments)
    {
        await using var fake = await FakeControlPlane.StartAsync();

        (await fake.RunAsync(arguments)).ShouldBe(ExitCode.Usage);

        fake.Error.ToString().ShouldStartWith("dp: ");
        fake.Error.ToString().ShouldNotContain("   at ");
        fake.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Says_where_it_looked_when_no_control_plane_answers()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        var nowhere = fake.Surroundings() with { Environment = _ => null };
        var refusing = Path.GetTempFileName();
        await File.WriteAllTextAsync(refusing, """{"control_plane":"http://127.0.0.1:1","token":"t"}""");

        (await CommandTree.RunAsync(["clusters"], nowhere with { Environment = name => name == "DP_CONFIG" ? "/no/such/file" : null }, CancellationToken.None)).ShouldBe(ExitCode.Unreachable);
        (await CommandTree.RunAsync(["clusters"], nowhere with { Environment = name => name == "DP_CONFIG" ? refusing : null }, CancellationToken.None)).ShouldBe(ExitCode.Unreachable);

        fake.Error.ToString().ShouldContain("/no/such/file is not there");
        fake.Error.ToString().ShouldContain("http://127.0.0.1:1");
        File.Delete(refusing);
    }

    [Fact]
    public async Task Lists_clusters_and_shows_control_characters_instead_of_sending_them()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/clusters", Examples.Summaries("Ready").Replace("\"owner\"", "\"reason\":\"\\u001b[2Jgone\",\"owner\"", StringComparison.Ordinal));

        (await fake.RunAsync("clusters")).ShouldBe(ExitCode.Done);

        fake.Output.ToString().ShouldContain("trial");
        fake.Output.ToString().ShouldContain("�[2Jgone");
    }

    [Fact]
    public async Task Help_of_every_command_has_examples_or_parts_and_the_exit_codes()
    {
        await using var fake = await FakeControlPlane.StartAsync();

        foreach (var command in CommandTree.Create(fake.Surroundings()).Subcommands)
        {
            (await fake.RunAsync(command.Name, "--help")).ShouldBe(ExitCode.Done);
            fake.Output.ToString().ShouldContain("Exit codes: 0 done");
        }
    }
}
