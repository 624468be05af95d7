using System.Text.Json.Nodes;
using DataPlatform.Services.Cli;
using DataPlatform.Services.Tests.ControlPlane;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.Cli;

public sealed class DoctorCommandTests
{
    private const string Pool = """{"master_url":"http://127.0.0.1:5050","hosts":[HOSTS],"frameworks":[]}""";

    [Fact]
    public async Task All_is_well_where_everything_answers()
    {
        await using var fake = await StartAsync(Host("h1", true), Host("h2", true));

        var (code, findings) = await ExamineAsync(fake);

        findings.Where(pair => !pair.Value.IsWell).ShouldBeEmpty();
        code.ShouldBe(ExitCode.Done);
        findings["control plane"].Found.ShouldEndWith("answers and leads");
        findings["token"].Found.ShouldContain("build of ann, valid until 2126-08-01");
        findings["master"].Found.ShouldBe("http://127.0.0.1:5050");
        findings["agents"].Found.ShouldBe("2 connected");
        findings.Keys.ShouldBe(["configuration", "control plane", "clock", "token", "master", "agents", "disk", "java", "python3", "podman"], ignoreOrder: true);
    }

    [Fact]
    public async Task An_agent_that_is_away_is_named_and_none_at_all_is_too_few()
    {
        await using var fake = await StartAsync(Host("h1", true), Host("h2", false));
        var (code, findings) = await ExamineAsync(fake);
        (code, findings["agents"].Found).ShouldBe((ExitCode.Failed, "1 connected, away: h2:5051"));

        fake.With("GET /api/v1/pool", Pool.Replace("HOSTS", "", StringComparison.Ordinal));
        (code, findings) = await ExamineAsync(fake);
        (code, findings["agents"].IsWell).ShouldBe((ExitCode.Failed, false));
    }

    [Fact]
    public async Task A_clock_that_goes_wrong_is_found()
    {
        await using var fake = await StartAsync(Host("h1", true));
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow.AddMinutes(-5));

        var (code, findings) = await ExamineAsync(fake, surroundings => surroundings with { Time = time });

        (code, findings["clock"].IsWell).ShouldBe((ExitCode.Failed, false));
        findings["clock"].Found.ShouldContain("behind the control plane's");
    }

    [Fact]
    public async Task What_can_t_be_asked_is_left_out_and_what_is_to_do_is_said()
    {
        await using var fake = await StartAsync(Host("h1", true));
        fake.With("GET /api/v1/tokens", """{"title":"Not signed in","status":401}""", 401);
        (await ExamineAsync(fake)).Findings["token"].Found.ShouldBe("Not signed in");

        fake.With("GET /health", "does not lead: no lease", 503);
        (await ExamineAsync(fake)).Findings["control plane"].ShouldBe((false, "does not lead: no lease"));

        var (code, findings) = await ExamineAsync(fake, surroundings => surroundings with { Environment = name => name == "DP_CONFIG" ? "/no/such/file" : null });
        code.ShouldBe(ExitCode.Failed);
        findings["configuration"].IsWell.ShouldBeFalse();
        findings.ShouldNotContainKey("control plane");
        findings["java"].ShouldBe((false, "not on PATH"));
        findings["podman"].ShouldBe((true, "not on PATH"));
    }

    [Fact]
    public async Task A_real_control_plane_says_whether_its_master_is_known()
    {
        await using var host = await ControlPlaneHost.Start();

        var (code, output, _) = await host.DpAsync("doctor");

        code.ShouldBe(ExitCode.Failed);
        output.ShouldContain("answers and leads");
        output.ShouldContain("dp of tester, valid until");
        output.ShouldContain("master: Start a master");
    }

    private static async Task<FakeControlPlane> StartAsync(params string[] hosts) => (await FakeControlPlane.StartAsync())
        .With("GET /health", "ok")
        .With("GET /api/v1/tokens", """[{"id":"a1","name":"build","kind":"bearer","principal":"ann","created_at":"2026-05-01T12:00:00Z","expires_at":"2126-08-01T12:00:00Z","asks":true}]""")
        .With("GET /api/v1/pool", Pool.Replace("HOSTS", string.Join(',', hosts), StringComparison.Ordinal));

    private static string Host(string name, bool active)
    {
        const string Nothing = """{"milli_cpus":0,"memory_mebibytes":0,"disk_mebibytes":0}""";
        return $$"""{"agent_id":"{{name}}","host":"{{name}}","port":5051,"active":{{(active ? "true" : "false")}},"total":{{Nothing}},"used":{{Nothing}},"offered":{{Nothing}},"attributes":{},"running_tasks":0}""";
    }

    /// <summary>On a machine that has all programs.</summary>
    private static async Task<(int Code, Dictionary<string, (bool IsWell, string Found)> Findings)> ExamineAsync(FakeControlPlane fake, Func<Surroundings, Surroundings>? change = null)
    {
        using var programs = new TemporaryFolder();
        foreach (var name in (string[])["java", "python3", "podman"]) await File.WriteAllTextAsync(Path.Combine(programs.Path, name), "", TestContext.Current.CancellationToken);
        fake.Output.GetStringBuilder().Clear();
        var usual = fake.Surroundings() with { Environment = name => name switch { "DP_CONFIG" => fake.Configuration, "PATH" => programs.Path, "HOME" => programs.Path, _ => null } };
        var code = await CommandTree.RunAsync(["doctor", "-o", "json"], change?.Invoke(usual) ?? usual, CancellationToken.None);
        return (code, JsonNode.Parse(fake.Output.ToString())!.AsArray().ToDictionary(each => each!["check"]!.GetValue<string>(), each => (each!["is_well"]!.GetValue<bool>(), each["found"]!.GetValue<string>())));
    }
}
