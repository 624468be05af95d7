using System.Diagnostics;
using System.Text.Json.Nodes;
using DataPlatform.Benchmarks.Live;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Benchmarks.Launches;

/// <summary>A warm launch of a cluster, from the question to every task ready, against the same tasks started by hand, in turn.</summary>
public abstract class LaunchScenario : Scenario
{
    private const int Rounds = 3;
    private const int PortsOfAgent = 1000;
    private const int FirstPort = 24000;

    private protected abstract string Package { get; }

    private protected abstract JsonObject Options { get; }

    private protected abstract IReadOnlyList<Serving> Servings { get; }

    private protected virtual int Agents => 1;

    /// <summary>Of the launch's time against the hand's.</summary>
    private protected abstract double WantedRatio { get; }

    /// <summary>Null where no time of its own is wanted.</summary>
    private protected virtual double? WantedSeconds => null;

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

        var (launched, byHand, tornDown, ended) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var hand = await ByHand.RunAsync(warm.Started, warm.Tasks, Servings, null, limit.Token);
            byHand.Add(hand.Serves.TotalSeconds);
            ended.Add(hand.Ends.TotalSeconds);
            launched.Add((await cluster.LaunchAsync(limit.Token)).Took.TotalSeconds);
            tornDown.Add((await cluster.DeleteAsync(limit.Token)).TotalSeconds);
        }

        return new ScenarioResult(Name,
        [
            new("launched by the platform, median", Median(launched), "s", AtMost: WantedSeconds),
            new("started by hand, median", Median(byHand), "s"),
            new("ratio, median of the pairs", Median(launched.Zip(byHand, (platformTook, handTook) => platformTook / handTook)), "", AtMost: WantedRatio),
            new("taken down until all is free again, median", Median(tornDown), "s"),
            new("beyond what the tasks themselves take to end, median of the pairs", Median(tornDown.Zip(ended, (platformTook, handTook) => platformTook - handTook)), "s", AtMost: 2),
        ],
        [
            $"{warm.Started.Count} tasks, {Rounds} pairs; {warm.Started.Count(task => task.IsTrained)} of {warm.Started.Count(task => task.IsJava)} Java programs with an archive of their classes when the platform starts them",
            $"load of the machine: {(await File.ReadAllTextAsync("/proc/loadavg", limit.Token)).Trim()}",
        ]);
    }

    internal static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
