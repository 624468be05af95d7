using System.Text.Json.Nodes;
using DataPlatform.Benchmarks.Live;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Benchmarks.Launches;

/// <summary>What the platform takes of an engine's own speed: the same work for a cluster that it launched, and for the same tasks started by hand, in turn.</summary>
public abstract class EngineSpeedScenario : Scenario
{
    private const int Rounds = 5;
    private const int PortsOfAgent = 1000;
    private const int FirstPort = 24000;

    private protected abstract string Package { get; }

    private protected abstract JsonObject Options { get; }

    private protected abstract IReadOnlyList<Serving> Servings { get; }

    private protected virtual int Agents => 1;

    /// <summary>What is done, for people.</summary>
    private protected abstract string Work { get; }

    /// <returns>Megabytes a second.</returns>
    private protected abstract Task<double> WorkAsync(ClusterDetail seen, CancellationToken cancellation);

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

        var (launched, byHand) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            await ByHand.RunAsync(warm.Started, warm.Tasks, Servings, async stop => byHand.Add(await WorkAsync(warm.Seen, stop)), limit.Token);
            var (_, seen) = await cluster.LaunchAsync(limit.Token);
            launched.Add(await WorkAsync(seen, limit.Token));
            await cluster.DeleteAsync(limit.Token);
        }

        return new ScenarioResult(Name,
        [
            new("launched by the platform, median", LaunchScenario.Median(launched), "MB/s"),
            new("started by hand, median", LaunchScenario.Median(byHand), "MB/s"),
            new("ratio, median of the pairs", LaunchScenario.Median(launched.Zip(byHand, (platformTook, handTook) => platformTook / handTook)), "", AtLeast: 0.97),
        ],
        [
            $"{Work}; {Rounds} pairs",
            $"load of the machine: {(await File.ReadAllTextAsync("/proc/loadavg", limit.Token)).Trim()}",
        ]);
    }
}
