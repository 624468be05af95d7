using System.Diagnostics;
using System.Text.Json.Nodes;
using DataPlatform.Benchmarks.Live;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Benchmarks.Launches;

/// <summary>One cluster that is launched and deleted again and again.</summary>
internal sealed class BenchCluster(ControlPlaneClient client, LivePlatform platform, string package, JsonObject options)
{
    private const string Name = "bench";

    private static readonly TimeSpan WarmWithin = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan WarmPause = TimeSpan.FromSeconds(20);

    /// <param name="Started">Its tasks, as they can be started again by hand.</param>
    /// <param name="Seen">The cluster as it was when they were ready.</param>
    internal sealed record Captured(IReadOnlyList<CapturedTask> Started, ClusterDetail Seen)
    {
        public IReadOnlyList<TaskView> Tasks => Ready(Seen);
    }

    /// <summary>
    /// The first launch brings the files into the store and the host's cache; half a minute later the store makes archives of the
    /// programs' classes. A warm launch is one that has them.
    /// </summary>
    /// <exception cref="InvalidOperationException">It can't be launched here, or its tasks were not found.</exception>
    public async Task<Captured> WarmAsync(CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var (_, seen) = await LaunchAsync(cancellation);
            var started = await CapturedTask.AllAsync(platform.Folder, platform.Lake, Directory.CreateDirectory(Path.Combine(platform.Folder, "by-hand", $"{attempt}")).FullName);
            await DeleteAsync(cancellation);
            if (started.Count != Ready(seen).Count)
                throw new InvalidOperationException($"{Ready(seen).Count} tasks were launched, and {started.Count} of them found on this host");
            if (started.All(task => !task.IsJava || task.IsTrained) || Stopwatch.GetElapsedTime(began) > WarmWithin)
                return new Captured(started, seen);
            await Task.Delay(WarmPause, cancellation);
        }
    }

    public async Task<(TimeSpan Took, ClusterDetail Seen)> LaunchAsync(CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        await client.LaunchAsync(new LaunchRequest(package, Name, (JsonObject)options.DeepClone(), null), cancellation);
        await foreach (var seen in client.WatchAsync(Name, cancellation))
        {
            if (seen.Summary.State == ClusterState.Ready)
                return (Stopwatch.GetElapsedTime(began), seen);
            if (seen.Summary.State == ClusterState.Failed)
                throw new InvalidOperationException(seen.Summary.Reason);
        }

        throw new InvalidOperationException("the control plane stopped telling of the cluster");
    }

    /// <returns>How long it takes until nothing of any host is used.</returns>
    public async Task<TimeSpan> DeleteAsync(CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        await client.DeleteAsync(Name, cancellation);
        while ((await client.ClustersAsync(cancellation)).Count > 0 || (await client.PoolAsync(cancellation)).Hosts.Any(host => host.Used != new AmountsView(0, 0, 0)))
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
        return Stopwatch.GetElapsedTime(began);
    }

    private static IReadOnlyList<TaskView> Ready(ClusterDetail seen) => [.. seen.Tasks.Where(task => task.Ready)];
}
