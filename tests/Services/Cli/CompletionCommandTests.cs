using System.Diagnostics;
using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Cli;

/// <summary>As a shell does it: the real bash, the real program.</summary>
public sealed class CompletionCommandTests
{
    [Theory]
    [InlineData("cluster clusters", "dp", "clus")]
    [InlineData("confirm-removal", "dp", "clusters", "con")]
    [InlineData("--even-if-needed", "dp", "delete", "trial", "--e")]
    [InlineData("trial", "dp", "delete", "")]
    [InlineData("trial", "dp", "cluster", "tr")]
    [InlineData("", "dp", "replace", "trial", "t")]
    [InlineData("spark", "dp", "launch", "")]
    [InlineData("trial", "dp", "launch", "spark", "--needs", "t")]
    [InlineData("trial/", "dp", "logs", "--stderr", "tr")]
    [InlineData("trial/worker-0", "dp", "exec", "trial/")]
    [InlineData("table json", "dp", "clusters", "-o", "")]
    [InlineData("", "dp", "nothing-begins-so")]
    public async Task Bash_completes_commands_options_and_names_of_clusters(string expected, params string[] words)
    {
        await using var fake = await FakeControlPlane.StartAsync();
        fake.With("GET /api/v1/clusters", Examples.Summaries("Ready")).With("GET /api/v1/packages", $"[{Examples.Package}]")
            .With("GET /api/v1/clusters/trial", Examples.Cluster("Ready").Replace("\"tasks\":[]", """
                "tasks":[{"name":"worker-0","task_id":"t","state":"TASK_RUNNING","resources":{"milli_cpus":1,"memory_mebibytes":1,"disk_mebibytes":1},"ports":{},"ready":true}]
                """, StringComparison.Ordinal));

        (await CompleteAsync(fake, words)).Order().ShouldBe(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Fact]
    public async Task Nothing_is_said_where_no_control_plane_is_known()
    {
        await using var fake = await FakeControlPlane.StartAsync();
        await File.WriteAllTextAsync(fake.Configuration, "not JSON", TestContext.Current.CancellationToken);

        (await CompleteAsync(fake, "dp", "cluster", "")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Each_shell_that_is_here_reads_its_script(string shell)
    {
        await using var fake = await FakeControlPlane.StartAsync();
        (await fake.RunAsync("completion", shell)).ShouldBe(ExitCode.Done);
        var program = $"/usr/bin/{shell}";
        Assert.SkipWhen(!File.Exists(program), $"{shell} is not installed");

        using var reading = Process.Start(new ProcessStartInfo(program, ["-n", "/dev/stdin"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        await reading.StandardInput.WriteAsync(fake.Output.ToString());
        reading.StandardInput.Close();

        (await reading.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    private static async Task<string[]> CompleteAsync(FakeControlPlane fake, params string[] words)
    {
        var quoted = string.Join(' ', words.Select(word => $"'{word}'"));
        var script = $$"""source <(dp completion bash); COMP_WORDS=({{quoted}}); COMP_CWORD={{words.Length - 1}}; _dp; printf '%s\n' "${COMPREPLY[@]}" """;
        var start = new ProcessStartInfo("/bin/bash", ["--norc", "-c", script]) { RedirectStandardOutput = true };
        start.Environment["DP_CONFIG"] = fake.Configuration;
        start.Environment["PATH"] = $"{AppContext.BaseDirectory}:/usr/bin:/bin";
        start.Environment["DOTNET_ROOT"] = ExecUnderTest.DotnetRoot;
        using var bash = Process.Start(start)!;
        var said = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
