using System.Diagnostics;
using DataPlatform.Benchmarks.Live;

namespace DataPlatform.Benchmarks.Fleet;

/// <summary>5,000 agents over real sockets: how soon they are there, and how many tasks a second go through them.</summary>
public sealed class FleetScenario : Scenario
{
    private const int Agents = 5000;
    private const int Frameworks = 4;

    /// <summary>Tasks that go through before anything counts: offers are out, code is compiled.</summary>
    private const int WarmingTasks = 10_000;
    private static readonly TimeSpan LongestWarming = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(20);

    public override string Name => "fleet";

    public override string Purpose => "5,000 emulated agents over real sockets: registration, then launches a second through to the acknowledged FINISHED";

    public override async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        if (Programs.Missing is { } reason)
            return new ScenarioResult(Name, [], []) { Skipped = reason };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        using var http = new HttpClient();
        await using var master = new FleetMaster();
        await master.ServesAsync(http, limit.Token);
        var registering = Stopwatch.StartNew();
        await using var fleet = new FleetProcess(master.Address, Agents);
        await fleet.UntilAsync(counts => counts.Registrations >= Agents, "all agents registered", TimeSpan.FromMinutes(2), limit.Token);
        var registered = registering.Elapsed;

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var loads = Enumerable.Range(0, Frameworks).Select(number => new FleetLoad(master.Address, $"bench-{number}")).ToList();
        var running = loads.Select(load => load.RunAsync(ending.Token)).ToList();
        var warming = fleet.UntilAsync(counts => counts.Finished >= WarmingTasks, $"{WarmingTasks} tasks finished to begin with", LongestWarming, limit.Token);
        await await Task.WhenAny([warming, .. running]);
        var (from, began, masterBefore, fleetBefore, ownBefore) = (
            fleet.Now.Finished, Stopwatch.StartNew(), master.Process.ProcessorMilliseconds.Own, fleet.ProcessorMilliseconds, Environment.CpuUsage.TotalTime.TotalMilliseconds);
        var first = await Task.WhenAny([Task.Delay(Measured, limit.Token), .. running]);
        var (counts, took) = (fleet.Now, began.Elapsed);
        if (running.Contains(first))
            await first;
        var done = counts.Finished - from;
        double EachMicroseconds(double milliseconds) => done == 0 ? 0 : milliseconds * 1000 / done;
        var result = new ScenarioResult(Name,
        [
            new($"{Agents} agents registered, from the start of their process", registered.TotalSeconds, "s", AtMost: 15),
            new("tasks a second, ACCEPT to the acknowledged FINISHED", done / took.TotalSeconds, "/s", AtLeast: 5000),
            new("processor time of the master, a task", EachMicroseconds(master.Process.ProcessorMilliseconds.Own - masterBefore), "us"),
            new("processor time of the emulated agents, a task", EachMicroseconds(fleet.ProcessorMilliseconds - fleetBefore), "us"),
            new("processor time of the frameworks, a task", EachMicroseconds(Environment.CpuUsage.TotalTime.TotalMilliseconds - ownBefore), "us"),
            new("master, resident", master.Process.ResidentMegabytes, "MB"),
            new("updates that the master refused", counts.RefusedUpdates, "", AtMost: 0),
            new("streams of agents that broke", counts.BrokenStreams, "", AtMost: 0),
        ], [$"{Frameworks} frameworks; load of the machine: {File.ReadAllText("/proc/loadavg").Trim()}{(counts.LastFailure.Length > 0 ? $"; last failure: {counts.LastFailure}" : "")}"]);
        await ending.CancelAsync();
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var load in loads)
            load.Dispose();
        return result;
    }
}
