using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>Removes sandboxes of tasks that are over: after a while, and the sooner the fuller the disk is.</summary>
internal sealed class SandboxCollector(
    SandboxPaths paths, TimeSpan delay, double headroom, Func<string, bool> isInUse, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, time, stop);
                Collect(UsedPart());
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    /// <summary>How old a sandbox may become, as in Mesos: the delay less what the disk's filling takes from it.</summary>
    internal static TimeSpan AllowedAge(TimeSpan delay, double headroom, double used) => delay * Math.Max(0, 1 - headroom - used);

    /// <returns>The sandboxes that were removed.</returns>
    internal IReadOnlyList<string> Collect(double used)
    {
        var oldest = time.GetUtcNow() - AllowedAge(delay, headroom, used);
        var removed = new List<string>();
        foreach (var run in Runs().Where(run => !isInUse(Path.GetFileName(run)) && Directory.GetLastWriteTimeUtc(run) < oldest).ToList())
        {
            try
            {
                Directory.Delete(run, recursive: true);
                RemoveEmptyParents(run);
                removed.Add(run);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                log.LogWarning("Sandbox {Path} could not be removed: {Problem}", run, problem.Message);
            }
        }

        return removed;
    }

    private double UsedPart()
    {
        var drive = new DriveInfo(paths.Root);
        return drive.TotalSize == 0 ? 0 : 1 - ((double)drive.AvailableFreeSpace / drive.TotalSize);
    }

    private IEnumerable<string> Runs()
    {
        if (!Directory.Exists(paths.Root))
            return [];
        return Folders(paths.Root)
            .SelectMany(agent => Folders(Path.Combine(agent, "frameworks")))
            .SelectMany(framework => Folders(Path.Combine(framework, "executors")))
            .SelectMany(executor => Folders(Path.Combine(executor, "runs")))
            .Where(run => new DirectoryInfo(run).LinkTarget is null);
    }

    private void RemoveEmptyParents(string run)
    {
        var runs = Path.GetDirectoryName(run)!;
        if (Folders(runs).All(each => new DirectoryInfo(each).LinkTarget is not null))
            File.Delete(Path.Combine(runs, "latest"));
        for (var path = runs; path != paths.Root && path.StartsWith(paths.Root, StringComparison.Ordinal) && !Directory.EnumerateFileSystemEntries(path).Any(); path = Path.GetDirectoryName(path)!)
            Directory.Delete(path);
    }

    private static string[] Folders(string path) => Directory.Exists(path) ? Directory.GetDirectories(path) : [];
}
