using System.Diagnostics;
using EventType = DataPlatform.Core.Protocol.Mesos.SchedulerEvent.Types.Type;

namespace DataPlatform.Benchmarks.Live;

/// <summary>How soon the platform offers, and what it keeps resident.</summary>
public sealed class MemoryScenario : Scenario
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);

    public override string Name => "memory";

    public override string Purpose => "start to first offer, and resident memory of master and agents, idle and after 200 tasks";

    public override async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        if (Programs.Missing is { } reason)
            return new ScenarioResult(Name, [], []) { Skipped = reason };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        var began = Stopwatch.GetTimestamp();
        await using var platform = LivePlatform.Start(agents: 3, TaskBurst.AgentResources);
        var firstOffer = await FirstOfferAsync(platform, began, limit.Token);
        // Idle means that what the start left behind had its time to settle.
        await Task.Delay(Settling, limit.Token);
        var idle = platform.Agents.Max(agent => agent.ResidentMegabytes);
        var master = platform.Master.ResidentMegabytes;
        using (var scheduler = new BenchScheduler(platform))
            await TaskBurst.RunAsync(scheduler, 600, limit.Token);
        var busy = platform.Agents.Max(agent => agent.ResidentMegabytes);
        var masterAfter = platform.Master.ResidentMegabytes;
        return new ScenarioResult(Name,
        [
            new("start of the platform to the first offer", firstOffer, "s", AtMost: 3),
            new("agent, idle (largest of three)", idle, "MB", AtMost: 80),
            new("agent, after 600 tasks on three (largest)", busy, "MB", AtMost: 120),
            new("master with three agents", master, "MB", AtMost: 120),
            new("master after the tasks", masterAfter, "MB", AtMost: 120),
        ], [$"load of the machine: {File.ReadAllText("/proc/loadavg").Trim()}"]);
    }

    private static async Task<double> FirstOfferAsync(LivePlatform platform, long began, CancellationToken cancellation)
    {
        using var scheduler = new BenchScheduler(platform);
        await foreach (var (arrived, received) in scheduler.EventsAsync(cancellation))
        {
            if (received.Type == EventType.Offers)
                return Stopwatch.GetElapsedTime(began, arrived).TotalSeconds;
        }

        throw new OperationCanceledException(cancellation);
    }
}
