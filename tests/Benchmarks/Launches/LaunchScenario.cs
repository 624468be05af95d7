using System.Diagnostics;
using System.Text.Json.Nodes;
using DataPlatform.Benchmarks.Live;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Benchmarks.Launches;

/// <summary>A warm launch of a cluster, from the question to every task ready, against the same tasks started by hand, in turn.</summary>
public abstract class LaunchScenario : Scenario
{
    private const string Cluster = "bench";
    private const int Rounds = 3;
    private const int PortsOfAgent = 1000;
    private const int FirstPort = 24000;

    private static readonly TimeSpan WarmWithin = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan WarmPause = TimeSpan.FromSeconds(20);

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

        Captured warm;
        try
        {
            warm = await WarmAsync(client, platform, limit.Token);
        }
        catch (InvalidOperationException unavailable)
        {
            return new ScenarioResult(Name, [], []) { Skipped = unavailable.Message };
        }

        var (launched, byHand, tornDown, ended) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var hand = await ByHand.RunAsync(warm.Started, warm.Seen, Servings, limit.Token);
            byHand.Add(hand.Serves.TotalSeconds);
            ended.Add(hand.Ends.TotalSeconds);
            launched.Add((await LaunchAsync(client, limit.Token)).Took.TotalSeconds);
            tornDown.Add((await DeleteAsync(client, limit.Token)).TotalSeconds);
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

    /// <summary>
    /// The first launch brings the files into the store and the host's cache; half a minute later the store makes archives of the
    /// programs' classes. A warm launch is one that has them.
    /// </summary>
    private async Task<Captured> WarmAsync(ControlPlaneClient client, LivePlatform platform, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var (_, tasks) = await LaunchAsync(client, cancellation);
            var started = await CapturedTask.AllAsync(platform.Folder, platform.Lake, Directory.CreateDirectory(Path.Combine(platform.Folder, "by-hand", $"{attempt}")).FullName);
            await DeleteAsync(client, cancellation);
            if (started.Count != tasks.Count)
                throw new InvalidOperationException($"{tasks.Count} tasks were launched, and {started.Count} of them found on this host");
            if (started.All(task => !task.IsJava || task.IsTrained) || Stopwatch.GetElapsedTime(began) > WarmWithin)
                return new Captured(started, tasks);
            await Task.Delay(WarmPause, cancellation);
        }
    }

    private async Task<(TimeSpan Took, IReadOnlyList<TaskView> Tasks)> LaunchAsync(ControlPlaneClient client, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        await client.LaunchAsync(new LaunchRequest(Package, Cluster, (JsonObject)Options.DeepClone(), null), cancellation);
        await foreach (var seen in client.WatchAsync(Cluster, cancellation))
        {
            if (seen.Summary.State == ClusterState.Ready)
                return (Stopwatch.GetElapsedTime(began), [.. seen.Tasks.Where(task => task.Ready)]);
            if (seen.Summary.State == ClusterState.Failed)
                throw new InvalidOperationException(seen.Summary.Reason);
        }

        throw new InvalidOperationException("the control plane stopped telling of the cluster");
    }

    /// <returns>How long it takes until nothing of any host is used.</returns>
    private static async Task<TimeSpan> DeleteAsync(ControlPlaneClient client, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        await client.DeleteAsync(Cluster, cancellation);
        while ((await client.ClustersAsync(cancellation)).Count > 0 || (await client.PoolAsync(cancellation)).Hosts.Any(host => host.Used != new AmountsView(0, 0, 0)))
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
        return Stopwatch.GetElapsedTime(began);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private sealed record Captured(IReadOnlyList<CapturedTask> Started, IReadOnlyList<TaskView> Seen);
}
