using DataPlatform.Benchmarks.Live;

namespace DataPlatform.Benchmarks.ThirdParty;

/// <summary>Many tasks on one executor: what an executor's updates cost on their way to its scheduler and back, with clients that others wrote.</summary>
public sealed class ExecutorTasksScenario : Scenario
{
    private const int Tasks = 1000;

    /// <summary>Until nothing is compiled any more beside what is measured.</summary>
    private const int Warming = 7;
    private const int Measured = 3;

    public override string Name => "executor-tasks";

    public override string Purpose => "1,000 tasks on one custom executor, scheduler and executor written with npm's mesos-framework";

    public override async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        if (Programs.Missing is { } reason)
            return new ScenarioResult(Name, [], []) { Skipped = reason };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(8));
        if (await NodeClient.InstallAsync(limit.Token) is { } missing)
            return new ScenarioResult(Name, [], []) { Skipped = missing };
        await using var platform = LivePlatform.Start(agents: 1, "cpus:50;mem:16000;disk:10240;ports:[31000-31099]");
        await platform.ServesAsync(limit.Token);
        NodeClient.CopyTo(platform.Lake);
        var runs = new List<(NodeTimes Node, double Master, double Agent)>();
        while (runs.Count < Warming + Measured)
        {
            var (master, agent) = (platform.Master.ProcessorMilliseconds.Own, platform.Agents[0].ProcessorMilliseconds.Own);
            var node = await NodeClient.RunTasksAsync(platform, Tasks, limit.Token);
            runs.Add((node, platform.Master.ProcessorMilliseconds.Own - master, platform.Agents[0].ProcessorMilliseconds.Own - agent));
        }

        var warm = runs.Skip(Warming).ToList();
        return new ScenarioResult(Name,
        [
            new($"first ACCEPT to the last of {Tasks} TASK_FINISHED, median of {warm.Count}", Median(warm.Select(run => run.Node.Seconds)), "s", AtMost: 1),
            new("the first run, of a platform that has just been started", runs[0].Node.Seconds, "s"),
            new("processor time of the scheduler", Median(warm.Select(run => run.Node.Scheduler)), "s"),
            new("processor time of the executor", Median(warm.Select(run => run.Node.Executor)), "s"),
            new("processor time of the master", Median(warm.Select(run => run.Master)) / 1000, "s"),
            new("processor time of the agent", Median(warm.Select(run => run.Agent)) / 1000, "s"),
        ], [$"the clients' own share on {Environment.ProcessorCount} processors: at least {(Median(warm.Select(run => run.Node.Scheduler + run.Node.Executor)) / Environment.ProcessorCount):0.##} s", $"load of the machine: {File.ReadAllText("/proc/loadavg").Trim()}; Mesos: 5.3 s"]);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
