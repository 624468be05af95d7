using System.Diagnostics;
using DataPlatform.Core.Protocol.Mesos;
using EventType = DataPlatform.Core.Protocol.Mesos.SchedulerEvent.Types.Type;

namespace DataPlatform.Benchmarks.Live;

/// <summary>One task after another, each taking the whole agent, so that the next offer can only be what the last one freed.</summary>
public sealed class TaskLatencyScenario : Scenario
{
    /// <summary>Until nothing is compiled any more beside what is measured.</summary>
    private const int Warming = 600;
    private const int Measured = 100;

    public override string Name => "task-latency";

    public override string Purpose => "one no-op task at a time over the scheduler API, as the client sees it";

    public override async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        if (Programs.Missing is { } reason)
            return new ScenarioResult(Name, [], []) { Skipped = reason };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        await using var platform = LivePlatform.Start(agents: 1, "cpus:2;mem:1024;disk:1024;ports:[31000-31099]");
        using var scheduler = new BenchScheduler(platform);
        var (running, finished, offered) = (new List<double>(), new List<double>(), new List<double>());
        long asked = 0, ended = 0;
        // What a task frees may be offered before its end is told: one task at a time means to wait for both.
        (Offer Offer, long Arrived)? next = null;
        var isRunning = false;
        var (masterBefore, agentBefore) = (0.0, (Own: 0.0, Children: 0.0));
        await foreach (var (arrived, received) in scheduler.EventsAsync(limit.Token))
        {
            if (received.Type == EventType.Update && received.Update.Status.State == TaskState.TaskRunning)
                running.Add(Milliseconds(asked, arrived));
            if (received.Type == EventType.Update && received.Update.Status.State == TaskState.TaskFinished)
            {
                finished.Add(Milliseconds(asked, arrived));
                ended = arrived;
                isRunning = false;
            }

            if (received.Type == EventType.Offers)
                next = (received.Offers.Offers_[0], arrived);
            if (isRunning || next is not var (offer, came))
                continue;
            next = null;
            if (ended != 0)
                offered.Add(Milliseconds(ended, Math.Max(ended, came)));
            if (offered.Count == Warming)
                (masterBefore, agentBefore) = (platform.Master.ProcessorMilliseconds.Own, platform.Agents[0].ProcessorMilliseconds);
            if (offered.Count == Warming + Measured)
                break;
            isRunning = true;
            asked = await scheduler.AcceptAsync(offer, tasks: 1, resources: null, limit.Token);
        }

        var agentAfter = platform.Agents[0].ProcessorMilliseconds;
        return new ScenarioResult(Name,
        [
            new("ACCEPT to RUNNING, median", Median(running), "ms", AtMost: 20),
            new("ACCEPT to FINISHED, median", Median(finished), "ms", AtMost: 40),
            new("FINISHED to the offer of what it freed, 0 if that came before, median", Median(offered), "ms", AtMost: 10),
            new("ACCEPT to RUNNING, 90th of 100", Percentile(running, 90), "ms"),
            new("ACCEPT to FINISHED, 90th of 100", Percentile(finished, 90), "ms"),
            new("FINISHED to the offer, 90th of 100", Percentile(offered, 90), "ms"),
            new("processor time of the master, a task", (platform.Master.ProcessorMilliseconds.Own - masterBefore) / Measured, "ms"),
            new("processor time of the agent, a task", (agentAfter.Own - agentBefore.Own) / Measured, "ms"),
            new("processor time of the agent's children, a task", (agentAfter.Children - agentBefore.Children) / Measured, "ms"),
        ], [$"load of the machine: {File.ReadAllText("/proc/loadavg").Trim()}; Mesos on a like machine: 138, 230 and 771 ms"]);
    }

    private static double Median(List<double> values) => Percentile(values, 50);

    private static double Percentile(List<double> values, int percent)
    {
        var measured = values.Skip(Warming).Order().ToList();
        return measured[Math.Min(measured.Count - 1, measured.Count * percent / 100)];
    }

    private static double Milliseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds;
}
