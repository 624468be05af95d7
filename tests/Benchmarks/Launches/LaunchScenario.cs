namespace DataPlatform.Benchmarks.Launches;

/// <summary>A warm launch of a cluster, from the question to every task ready, against the same tasks started by hand, in turn.</summary>
public abstract class LaunchScenario : EngineScenario
{
    private const int Rounds = 3;

    /// <summary>Of the launch's time against the hand's.</summary>
    private protected abstract double WantedRatio { get; }

    /// <summary>Null where no time of its own is wanted.</summary>
    private protected virtual double? WantedSeconds => null;

    private protected override async Task<ScenarioResult> MeasureAsync(BenchCluster cluster, BenchCluster.Captured warm, CancellationToken cancellation)
    {
        var (launched, byHand, tornDown, ended) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var hand = await ByHand.RunAsync(warm.Started, warm.Tasks, Servings, null, cancellation);
            byHand.Add(hand.Serves.TotalSeconds);
            ended.Add(hand.Ends.TotalSeconds);
            launched.Add((await cluster.LaunchAsync(cancellation)).Took.TotalSeconds);
            tornDown.Add((await cluster.DeleteAsync(cancellation)).TotalSeconds);
        }

        return new ScenarioResult(Name,
        [
            new("launched by the platform, median", Median(launched), "s", AtMost: WantedSeconds),
            new("started by hand, median", Median(byHand), "s"),
            new("ratio, median of the pairs", MedianRatio(launched, byHand), "", AtMost: WantedRatio),
            new("taken down until all is free again, median", Median(tornDown), "s"),
            new("beyond what the tasks themselves take to end, median of the pairs", Median(tornDown.Zip(ended, (platformTook, handTook) => platformTook - handTook)), "s", AtMost: 2),
        ],
        [
            $"{warm.Started.Count} tasks, {Rounds} pairs; {warm.Started.Count(task => task.IsTrained)} of {warm.Started.Count(task => task.IsJava)} Java programs with an archive of their classes when the platform starts them",
            await LoadAsync(cancellation),
        ]);
    }
}
