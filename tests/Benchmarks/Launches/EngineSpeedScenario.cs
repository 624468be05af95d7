using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Benchmarks.Launches;

/// <summary>What the platform takes of an engine's own speed: the same work for a cluster that it launched, and for the same tasks started by hand, in turn.</summary>
public abstract class EngineSpeedScenario : EngineScenario
{
    private const int Rounds = 5;

    /// <summary>What is done, for people.</summary>
    private protected abstract string Work { get; }

    /// <returns>Megabytes a second.</returns>
    private protected abstract Task<double> WorkAsync(ClusterDetail seen, CancellationToken cancellation);

    private protected override async Task<ScenarioResult> MeasureAsync(BenchCluster cluster, BenchCluster.Captured warm, CancellationToken cancellation)
    {
        var (launched, byHand) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            await ByHand.RunAsync(warm.Started, warm.Tasks, Servings, async stop => byHand.Add(await WorkAsync(warm.Seen, stop)), cancellation);
            var (_, seen) = await cluster.LaunchAsync(cancellation);
            launched.Add(await WorkAsync(seen, cancellation));
            await cluster.DeleteAsync(cancellation);
        }

        return new ScenarioResult(Name,
        [
            new("launched by the platform, median", Median(launched), "MB/s"),
            new("started by hand, median", Median(byHand), "MB/s"),
            new("ratio, median of the pairs", MedianRatio(launched, byHand), "", AtLeast: 0.97),
        ],
        [
            $"{Work}; {Rounds} pairs",
            await LoadAsync(cancellation),
        ]);
    }
}
