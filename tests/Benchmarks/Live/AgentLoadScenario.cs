using System.Diagnostics;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using EventType = DataPlatform.Core.Protocol.Mesos.SchedulerEvent.Types.Type;

namespace DataPlatform.Benchmarks.Live;

/// <summary>One agent under many tasks: how fast it runs those that do nothing, and what it costs while many run.</summary>
public sealed class AgentLoadScenario : Scenario
{
    private const int ShortTasks = 1000;
    private const int RunningTasks = 500;

    /// <summary>Room for as many small tasks as are to run.</summary>
    private const string AgentResources = "cpus:50;mem:16000;disk:10240;ports:[31000-31099]";
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(20);

    public override string Name => "agent-load";

    public override string Purpose => "one agent: 1,000 no-op tasks, and its memory and processor time while 500 tasks run";

    public override async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        if (Programs.Missing is { } reason)
            return new ScenarioResult(Name, [], []) { Skipped = reason };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(8));
        await using var platform = LivePlatform.Start(agents: 1, AgentResources);
        double took;
        using (var scheduler = new BenchScheduler(platform))
            took = await TaskBurst.RunAsync(scheduler, ShortTasks, limit.Token);
        var (megabytes, cores) = await RunningAsync(platform, limit.Token);
        return new ScenarioResult(Name,
        [
            new($"{ShortTasks} no-op tasks, first ACCEPT to last FINISHED", took, "s", AtMost: 15),
            new($"agent with {RunningTasks} running tasks, resident", megabytes, "MB", AtMost: 150),
            new("its processor time meanwhile", cores * 100, "% of a core", AtMost: 5),
        ], [$"load of the machine: {File.ReadAllText("/proc/loadavg").Trim()}; Mesos: about 30 s for 1,000 containers"]);
    }

    private static async Task<(double Megabytes, double Cores)> RunningAsync(LivePlatform platform, CancellationToken cancellation)
    {
        var agent = platform.Agents[0];
        using var scheduler = new BenchScheduler(platform, "/bin/sleep", "600");
        IReadOnlyList<Resource> size = [.. ResourceText.Parse(TaskBurst.TaskResources).ToMessages()];
        var (launched, running) = (0, 0);
        await foreach (var (_, received) in scheduler.EventsAsync(cancellation))
        {
            if (received.Type == EventType.Offers)
            {
                foreach (var offer in received.Offers.Offers_)
                {
                    var fit = Math.Min(RunningTasks - launched, TaskBurst.Fits(offer.Resources.ToBag().Unallocated(), ResourceText.Parse(TaskBurst.TaskResources)));
                    launched += fit;
                    await (fit > 0 ? scheduler.AcceptAsync(offer, fit, size, cancellation) : scheduler.DeclineAsync(offer, 3600, cancellation));
                }
            }
            else if (received.Type == EventType.Update && received.Update.Status.State == TaskState.TaskRunning && ++running == RunningTasks)
            {
                // The subscription stays while it is watched: with it the tasks would end.
                var (before, watch) = (agent.ProcessorMilliseconds.Own, Stopwatch.StartNew());
                await Task.Delay(Watched, cancellation);
                return (agent.ResidentMegabytes, (agent.ProcessorMilliseconds.Own - before) / watch.Elapsed.TotalMilliseconds);
            }
        }

        throw new OperationCanceledException(cancellation);
    }
}
