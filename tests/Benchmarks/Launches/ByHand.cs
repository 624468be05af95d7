using System.Diagnostics;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Benchmarks.Launches;

/// <summary>A cluster's tasks started again without the platform, all at once as a script would, until they serve as the platform asks it of them.</summary>
internal static class ByHand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="tasks">Where they are, by the same ports.</param>
    public static async Task<TimeSpan> RunAsync(IReadOnlyList<CapturedTask> cluster, IReadOnlyList<TaskView> tasks, IReadOnlyList<Serving> servings, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var started = cluster.Select(task => task.Start()).ToList();
        try
        {
            using var http = new HttpClient();
            foreach (var (task, serving) in tasks.Select(task => (task, Serving: servings.FirstOrDefault(each => task.Name.StartsWith(each.Pod, StringComparison.Ordinal)))))
            {
                while (serving is not null && !await serving.ServesAsync(task, tasks, http, cancellation))
                {
                    if (started.FirstOrDefault(candidate => candidate.HasExited) is { } ended)
                        throw new InvalidOperationException($"a task started by hand ended with {ended.ExitCode}: {cluster[started.IndexOf(ended)].LastWords}");
                    await Task.Delay(Pause, cancellation);
                }
            }

            return Stopwatch.GetElapsedTime(began);
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
