using System.Text.Json.Nodes;
using DataPlatform.Services.Cli;

namespace DataPlatform.Services.Tests.Master.Writing;

/// <summary>A real master records its decisions; dp replay makes them again without it.</summary>
public sealed class TurnRecorderTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("dp-master-test-").FullName;

    private string Records => Path.Combine(directory, "records");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task What_a_master_decided_is_decided_again_over_its_restart()
    {
        await using var master = await MasterProcess.StartAsync("--record-dir", Records);
        var (framework, agent) = await WorkAsync(master, "t1");
        // It is written beside the work: what a kill cuts off is the very last.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!(await File.ReadAllTextAsync(Files()[0], patience.Token)).Contains("\"TaskAdded\"", StringComparison.Ordinal))
            await Task.Delay(20, patience.Token);
        await master.KillAsync();
        await master.StartAgainAsync();
        await WorkAsync(master, "t2");
        (await master.TerminateAsync()).ShouldBe(0);

        var files = Files();
        files.Count.ShouldBe(2);
        files.ShouldAllBe(file => File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        foreach (var file in files)
        {
            var (code, output, error) = await ReplayAsync(file);
            code.ShouldBe(ExitCode.Done, error);
            output.ShouldContain("decisions of 1 term, each as recorded");
            output.ShouldContain("because: share 0");
        }

        // The first was killed, so that nothing says why it ends; the second knows from the journal what was there before.
        (await ReplayAsync(files[1])).Output.ShouldContain("The recording ends: the master's term ended.");
        File.ReadLines(files[1]).Count(line => line.Contains("{\"recovered\"", StringComparison.Ordinal)).ShouldBeGreaterThan(0);
        var (_, ofAgent, _) = await ReplayAsync(files[0], "--agent", agent);
        ofAgent.ShouldContain($"offer {Master(files[0])}-O0 of agent {agent} to {framework} for role analytics: cpus:64");
        ofAgent.ShouldContain("task t1");
        (await ReplayAsync(files[0], "--framework", "nobody")).Output.ShouldContain("; 0 shown.");
        (await ReplayAsync(files[0], "--from", "2099-01-01T00:00:00Z")).Output.ShouldContain("; 0 shown.");
    }

    [Fact]
    public async Task A_tail_that_is_cut_is_passed_over_and_a_changed_decision_is_named()
    {
        await using var master = await MasterProcess.StartAsync("--record-dir", Records);
        await WorkAsync(master, "t1");
        await master.TerminateAsync();
        var file = Files().ShouldHaveSingleItem();
        var lines = await File.ReadAllLinesAsync(file);

        var cut = Path.Combine(directory, "cut");
        await File.WriteAllTextAsync(cut, string.Join('\n', lines[..^1]) + "\n" + lines[^1][..30]);
        var (code, output, error) = await ReplayAsync(cut);
        code.ShouldBe(ExitCode.Done, error);
        output.ShouldContain($"Line {lines.Length} is not whole");

        var place = Array.FindIndex(lines, line => line.Contains("\"OfferMade\"", StringComparison.Ordinal));
        lines[place] = lines[place].Replace("cpus:64", "cpus:65", StringComparison.Ordinal);
        var changed = Path.Combine(directory, "changed");
        await File.WriteAllLinesAsync(changed, lines);
        (code, _, error) = await ReplayAsync(changed);
        code.ShouldBe(ExitCode.Failed);
        error.ShouldContain($"line {place + 1}: its sum is another");

        await File.WriteAllLinesAsync(changed, Summed(lines));
        (code, output, error) = await ReplayAsync(changed);
        code.ShouldBe(ExitCode.Failed);
        error.ShouldContain($"line {place + 1} is decided in another way than was recorded");
        output.ShouldContain("recorded: {\"OfferMade\"");
        (code, output, _) = await ReplayAsync(changed, "-o", "json");
        code.ShouldBe(ExitCode.Failed);
        var document = JsonNode.Parse(output)!;
        ((bool)document["same"]!).ShouldBeFalse();
        var difference = document["decisions"]!.AsArray()[^1]!;
        ((int)difference["line"]!).ShouldBe(place + 1);
        ((string)difference["difference"]!["decided"]!).ShouldContain("cpus:64");

        (await ReplayAsync(Path.Combine(directory, "nothing"))).Code.ShouldBe(ExitCode.Usage);
        await File.WriteAllTextAsync(changed, "this is no recording\n");
        (await ReplayAsync(changed)).Error.ShouldContain("line 1: it is no line of a recording");
    }

    [Fact]
    public async Task A_recording_ends_at_its_bound_and_the_newest_four_are_kept()
    {
        Directory.CreateDirectory(Records);
        foreach (var old in Enumerable.Range(0, 6))
            await File.WriteAllTextAsync(Path.Combine(Records, $"2020010{old}T000000000-M.turns"), "");
        await using var master = await MasterProcess.StartAsync("--record-dir", Records, "--record-size", "64KB");
        Files().Count.ShouldBe(4);
        var file = Files()[^1];
        foreach (var task in Enumerable.Range(0, 100))
        {
            if ((await File.ReadAllTextAsync(file)).Contains("{\"ended\"", StringComparison.Ordinal))
                break;
            await WorkAsync(master, $"t{task}");
        }

        (await master.TerminateAsync()).ShouldBe(0);
        new FileInfo(file).Length.ShouldBeInRange(32_000, 65_536);
        var (code, output, error) = await ReplayAsync(file);
        code.ShouldBe(ExitCode.Done, error);
        output.ShouldContain("The recording ends: the bound of 65536 bytes is reached.");
    }

    [Fact]
    public async Task Nothing_is_recorded_without_being_asked_for_and_a_bad_size_is_refused()
    {
        var (code, _, error) = await MasterProcess.RunAsync("--work-dir", Path.Combine(directory, "w"), "--record-dir", Records, "--record-size", "1KB");
        code.ShouldNotBe(0);
        error.ShouldContain("--record-size is '1KB'; 64KB to 4GB are allowed");
        Directory.Exists(Records).ShouldBeFalse();
    }

    private static async Task<(string Framework, string Agent)> WorkAsync(MasterProcess master, string task)
    {
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        await FaultTests.RunAsync(framework, agent, task);
        return (framework.Id, agent.Id);
    }

    private List<string> Files() => [.. Directory.GetFiles(Records).Order(StringComparer.Ordinal)];

    private static string Master(string file) => Path.GetFileNameWithoutExtension(file).Split('-', 2)[1];

    private static IEnumerable<string> Summed(IEnumerable<string> lines)
    {
        var last = "";
        foreach (var text in lines.Select(line => line[17..]))
        {
            var hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(last + text));
            last = Convert.ToHexStringLower(hash.AsSpan(0, 8));
            yield return $"{last} {text}";
        }
    }

    private static async Task<(int Code, string Output, string Error)> ReplayAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var surroundings = new Surroundings(output, error, _ => null, Interactive: false, TimeProvider.System);
        var code = await CommandTree.RunAsync(["replay", .. arguments], surroundings, CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }
}
