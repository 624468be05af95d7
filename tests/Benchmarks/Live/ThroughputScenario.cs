using DataPlatform.Benchmarks.Slurm;

namespace DataPlatform.Benchmarks.Live;

/// <summary>The same number of programs that do nothing, here and on slurm, in one run on one machine.</summary>
public sealed class ThroughputScenario : Scenario
{
    private const int Tasks = 200;

    public override string Name => "throughput";

    public override string Purpose => "200 no-op tasks over the scheduler API against 200 sbatch no-ops on slurm";

    public override async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        if (Programs.Missing is { } reason)
            return new ScenarioResult(Name, [], []) { Skipped = reason };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(8));
        double ours;
        await using (var platform = LivePlatform.Start(agents: 1, TaskBurst.AgentResources))
        {
            using var scheduler = new BenchScheduler(platform);
            ours = Tasks / await TaskBurst.RunAsync(scheduler, Tasks, limit.Token);
        }

        var measurements = new List<Measurement> { new("tasks a second over the scheduler API", ours, "/s") };
        var notes = new List<string> { $"{TaskBurst.AtOnce} at a time on both; load of the machine: {File.ReadAllText("/proc/loadavg").Trim()}" };
        var (theirs, why) = await SlurmCluster.MeasureAsync(Tasks, TaskBurst.AtOnce, limit.Token);
        if (theirs is { } rate)
        {
            measurements.Add(new("sbatch jobs a second on slurm", rate, "/s"));
            measurements.Add(new("against slurm", ours / rate, "x", AtLeast: 2));
        }
        else
        {
            notes.Add($"not held against slurm: {why}");
        }

        return new ScenarioResult(Name, measurements, notes);
    }
}
