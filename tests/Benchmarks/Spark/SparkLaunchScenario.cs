using System.Diagnostics;
using System.Text.Json.Nodes;
using DataPlatform.Benchmarks.Live;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Benchmarks.Spark;

/// <summary>A warm launch of Spark, from the question to every process ready, against the same processes started by hand, in turn.</summary>
public sealed class SparkLaunchScenario : Scenario
{
    private const int Rounds = 3;
    private const string Cluster = "bench";

    private static readonly TimeSpan WarmWithin = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan WarmPause = TimeSpan.FromSeconds(20);

    public override string Name => "spark-launch";

    public override string Purpose => "a warm launch of Spark (one master, two workers, Connect) against the same JVMs started by hand";

    public override async Task<ScenarioResult> RunAsync(CancellationToken cancellation)
    {
        if (Programs.Missing is { } reason)
            return new ScenarioResult(Name, [], []) { Skipped = reason };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromMinutes(15));
        await using var platform = LivePlatform.Start(agents: 1, "cpus:8;mem:12288;disk:20480;ports:[24000-24999]");
        using var client = await platform.StartControlPlaneAsync(limit.Token);

        var copies = Directory.CreateDirectory(Path.Combine(platform.Folder, "by-hand")).FullName;
        IReadOnlyList<CapturedProcess> processes;
        try
        {
            processes = await WarmAsync(client, Path.Combine(platform.Folder, "agent-0"), copies, limit.Token);
        }
        catch (InvalidOperationException unavailable)
        {
            return new ScenarioResult(Name, [], []) { Skipped = unavailable.Message };
        }

        var launched = new List<double>();
        var byHand = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            byHand.Add((await ByHand.RunAsync(processes, limit.Token)).TotalSeconds);
            launched.Add((await LaunchAsync(client, limit.Token)).TotalSeconds);
            await DeleteAsync(client, limit.Token);
        }

        return new ScenarioResult(Name,
        [
            new("launched by the platform, median", Median(launched), "s"),
            new("started by hand, median", Median(byHand), "s"),
            new("ratio, median of the pairs", Median(launched.Zip(byHand, (platformTook, handTook) => platformTook / handTook)), "", AtMost: 1.10),
        ], [$"{processes.Count} Java processes, {Rounds} pairs, {processes.Count(process => process.IsTrained)} with an archive of their classes when the platform starts them", $"load of the machine: {(await File.ReadAllTextAsync("/proc/loadavg", limit.Token)).Trim()}"]);
    }

    /// <summary>
    /// The first launch brings the files into the store and the host's cache; half a minute later the store makes archives of the
    /// programs' classes. A warm launch is one that has them.
    /// </summary>
    private static async Task<IReadOnlyList<CapturedProcess>> WarmAsync(ControlPlaneClient client, string sandboxes, string copies, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            await LaunchAsync(client, cancellation);
            var processes = await CapturedProcess.AllAsync(sandboxes, Directory.CreateDirectory(Path.Combine(copies, $"{attempt}")).FullName);
            await DeleteAsync(client, cancellation);
            if (processes.All(process => process.IsTrained) || Stopwatch.GetElapsedTime(began) > WarmWithin)
                return processes;
            await Task.Delay(WarmPause, cancellation);
        }
    }

    private static async Task<TimeSpan> LaunchAsync(ControlPlaneClient client, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        await client.LaunchAsync(new LaunchRequest("spark", Cluster, new JsonObject { ["workers"] = 2, ["worker_memory"] = 512, ["driver_memory"] = 768 }, null), cancellation);
        await foreach (var seen in client.WatchAsync(Cluster, cancellation))
        {
            if (seen.Summary.State == ClusterState.Ready)
                return Stopwatch.GetElapsedTime(began);
            if (seen.Summary.State == ClusterState.Failed)
                throw new InvalidOperationException(seen.Summary.Reason);
        }

        throw new InvalidOperationException("the control plane stopped telling of the cluster");
    }

    private static async Task DeleteAsync(ControlPlaneClient client, CancellationToken cancellation)
    {
        await client.DeleteAsync(Cluster, cancellation);
        while ((await client.ClustersAsync(cancellation)).Count > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
