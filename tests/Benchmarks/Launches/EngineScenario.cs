using System.Text.Json.Nodes;
using DataPlatform.Benchmarks.Live;

namespace DataPlatform.Benchmarks.Launches;

/// <summary>A cluster that the platform launches, against the same tasks started by hand.</summary>
public abstract class EngineScenario : Scenario
{
    private const int PortsOfAgent = 1000;
    private const int FirstPort = 24000;

    private protected abstract string Package { get; }

    private protected abstract JsonObject Options { get; }

    private protected abstract IReadOnlyList<Serving> Servings { get; }

    private protected virtual int Agents => 1;

    /// <param name="cluster">It was launched before, so that all it needs is here.</param>
    private protected abstract Task<ScenarioResult> MeasureAsync(BenchCluster cluster, BenchCluster.Captured warm, CancellationToken cancellation);

    public override async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        if (Programs.Missing is { } reason)
            return new ScenarioResult(Name, [], []) { Skipped = reason };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(15));
        await using var platform = LivePlatform.Start(Agents, agent => $"cpus:8;mem:12288;disk:20480;ports:[{FirstPort + (agent * PortsOfAgent)}-{FirstPort + ((agent + 1) * PortsOfAgent) - 1}]");
        using var client = await platform.StartControlPlaneAsync(limit.Token);
        var cluster = new BenchCluster(client, platform, Package, Options);
        BenchCluster.Captured warm;
        try
        {
            warm = await cluster.WarmAsync(limit.Token);
        }
        catch (InvalidOperationException unavailable)
        {
            return new ScenarioResult(Name, [], []) { Skipped = unavailable.Message };
        }

        return await MeasureAsync(cluster, warm, limit.Token);
    }

    private protected static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private protected static double MedianRatio(IReadOnlyList<double> launched, IReadOnlyList<double> byHand) =>
        Median(launched.Zip(byHand, (platformTook, handTook) => platformTook / handTook));

    private protected static async Task<string> LoadAsync(CancellationToken cancellation) => $"load of the machine: {(await File.ReadAllTextAsync("/proc/loadavg", cancellation)).Trim()}";
}
