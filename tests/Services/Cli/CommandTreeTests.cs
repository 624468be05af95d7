using System.Diagnostics;
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
    [InlineData("completion", "tcsh")]
    [InlineData("delete", "trial", "--timeout", "31d")]
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

    [Theory]
    [InlineData("'clusters'", "clutsers")]
    [InlineData("'launch'", "lauch", "spark")]
    [InlineData("'verify'", "audit", "verfy")]
    [InlineData("'--stderr'", "logs", "trial/x", "--sterr")]
    [InlineData("'--yes'", "delete", "--yse", "trial")]
    [InlineData("'--yes'", "delete", "--yse")]
    [InlineData("'--output'", "clusters", "--otput=json")]
    public async Task A_word_that_is_not_known_is_answered_with_the_one_that_was_probably_meant(string meant, params string[] arguments)
    {
        await using var fake = await FakeControlPlane.StartAsync();

        (await fake.RunAsync(arguments)).ShouldBe(ExitCode.Usage);

        fake.Error.ToString().ShouldContain($"Did you mean {meant}?");
        fake.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("delete", "--yse", "--help")]
    [InlineData("clutsers", "--help")]
    public async Task Help_is_shown_whatever_else_is_typed(params string[] arguments)
    {
        await using var fake = await FakeControlPlane.StartAsync();

        (await fake.RunAsync(arguments)).ShouldBe(ExitCode.Done);

        fake.Output.ToString().ShouldContain("Usage:");
    }

    [Fact]
    public async Task The_program_tells_its_version()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "dp"), ["--version"]) { RedirectStandardOutput = true };
        start.Environment["DOTNET_ROOT"] = ExecUnderTest.DotnetRoot;
        using var dp = Process.Start(start)!;

        var said = await dp.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        await dp.WaitForExitAsync(TestContext.Current.CancellationToken);
        (dp.ExitCode, Version.TryParse(said.Trim().Split('+')[0], out _)).ShouldBe((ExitCode.Done, true), said);
    }

    [Theory]
    [InlineData("xyzzy")]
    [InlineData("exec", "trial/x", "ls", "--all", "--", "--yse")]
    public async Task Nothing_is_suggested_where_nothing_comes_near_or_the_words_are_not_for_it(params string[] arguments)
    {
        await using var fake = await FakeControlPlane.StartAsync();

        await fake.RunAsync(arguments);

        fake.Error.ToString().ShouldNotContain("Did you mean");
        fake.Error.ToString().ShouldNotContain("Unrecognized option");
    }

    [Fact]
    public async Task Whoever_types_the_name_alone_learns_where_the_platform_is_and_what_to_do_next()
    {
        await using var fake = await FakeControlPlane.StartAsync();

        (await fake.RunAsync()).ShouldBe(ExitCode.Done);

        fake.Output.ToString().ShouldContain("The platform is at http://127.0.0.1:");
        foreach (var command in (string[])["dp packages", "dp launch", "dp clusters"]) fake.Output.ToString().ShouldContain(command);
        (await CommandTree.RunAsync([], fake.Surroundings() with { Environment = name => name == "DP_CONFIG" ? "/no/such/file" : null }, CancellationToken.None)).ShouldBe(ExitCode.Done);
        fake.Output.ToString().ShouldContain("No platform is known here: /no/such/file is not there");
        fake.Output.ToString().ShouldContain("dp quickstart");
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
