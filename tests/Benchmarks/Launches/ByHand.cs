using System.Diagnostics;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Benchmarks.Launches;

/// <summary>A cluster's tasks started again without the platform, all at once as a script would, until they serve as the platform asks it of them.</summary>
internal static class ByHand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="Serves">From the start of the first until all serve.</param>
    /// <param name="Ends">From the signal to all, as when somebody stops them, until the last has ended.</param>
    internal sealed record Took(TimeSpan Serves, TimeSpan Ends);

    /// <param name="tasks">Where they are, by the same ports.</param>
    /// <param name="whileServing">What is done with it before it is ended; null for nothing.</param>
    public static async Task<Took> RunAsync(
        IReadOnlyList<CapturedTask> cluster, IReadOnlyList<TaskView> tasks, IReadOnlyList<Serving> servings, Func<CancellationToken, Task>? whileServing, CancellationToken cancellation)
    {
        foreach (var lake in cluster.Select(task => task.Lake).Distinct(StringComparer.Ordinal))
        {
            Directory.Delete(lake, recursive: true);
            Directory.CreateDirectory(lake);
        }

        var began = Stopwatch.GetTimestamp();
        var started = cluster.Select(task => task.Start()).ToList();
        try
        {
            using var http = new HttpClient();
            foreach (var (task, serving) in tasks.Select(task => (task, Serving: servings.FirstOrDefault(each => task.Name.StartsWith(each.Pod, StringComparison.Ordinal)))))
            {
                while (serving is not null && !await serving.ServesAsync(task, tasks, cluster, http, cancellation))
                {
                    if (started.FirstOrDefault(candidate => candidate.HasExited) is { } ended)
                        throw new InvalidOperationException($"a task started by hand ended with {ended.ExitCode}: {cluster[started.IndexOf(ended)].LastWords}");
                    await Task.Delay(Pause, cancellation);
                }
            }

            var serves = Stopwatch.GetElapsedTime(began);
            if (whileServing is not null) await whileServing(cancellation);
            began = Stopwatch.GetTimestamp();
            using (var kill = Process.Start("/bin/kill", ["-TERM", .. started.Select(process => $"{process.Id}")]))
                await kill.WaitForExitAsync(cancellation);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Patience);
            await Task.WhenAll(started.Select(process => process.WaitForExitAsync(limit.Token)));
            return new Took(serves, Stopwatch.GetElapsedTime(began));
        }
        finally
        {
            foreach (var process in started)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
                process.Dispose();
            }
        }
    }
}
