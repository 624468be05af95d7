using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>When a sandbox goes.</summary>
/// <param name="Delay">After its task's end, on an empty disk.</param>
/// <param name="Headroom">The part of the disk, in bytes and in inodes, that sandboxes leave free.</param>
/// <param name="Most">However young they are, no more are kept.</param>
public sealed record CollectionRules(TimeSpan Delay, double Headroom, int Most);

/// <summary>
/// Removes sandboxes of tasks that are over: after a while, the sooner the fuller the disk is in bytes or inodes, and the oldest where
/// there are too many. The folders are read once, at start; after that the agent says which task has ended.
/// </summary>
internal sealed class SandboxCollector(
    SandboxPaths paths, CollectionRules rules, Func<string, bool> isInUse, Func<double> usedPart, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly FinishedSandboxes finished = new();

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            Scan();
            while (true)
            {
                await Task.Delay(Interval, time, stop);
                Collect();
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    /// <summary>The part of the work directory's file system that is in use, of bytes or inodes, whichever is scarcer.</summary>
    public static double UsedPart(SandboxPaths paths) => FileSystemUse.Of(paths.Root)?.Part ?? 0;

    /// <summary>How old a sandbox may become, as in Mesos: the delay less what the disk's filling takes from it.</summary>
    internal static TimeSpan AllowedAge(TimeSpan delay, double headroom, double used) => delay * Math.Max(0, 1 - headroom - used);

    /// <summary>The task of this sandbox is over.</summary>
    public void Ended(string run)
    {
        finished.Add(run, time.GetTimestamp());
        try
        {
            Directory.SetLastWriteTimeUtc(run, time.GetUtcNow().UtcDateTime); // What the next start of the agent goes by.
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("The end of the task in {Path} could not be noted: {Problem}", run, problem.Message);
        }
    }

    /// <summary>All sandboxes that are there; those in use wait for their end.</summary>
    internal void Scan()
    {
        var (now, wall) = (time.GetTimestamp(), time.GetUtcNow().UtcDateTime);
        foreach (var run in paths.Runs())
        {
            var age = wall - Directory.GetLastWriteTimeUtc(run);
            finished.Add(run, now - (long)(Math.Max(0, age.TotalSeconds) * time.TimestampFrequency));
        }
    }

    /// <returns>The sandboxes that were removed, the oldest first.</returns>
    internal IReadOnlyList<string> Collect()
    {
        var removed = new List<string>();
        // Each is looked at once in a turn; what is in use goes to the end of the line.
        for (var left = finished.Count; left > 0 && finished.Oldest is { } oldest; left--)
        {
            // The disk is asked again each time: no more goes than must.
            if (finished.Count <= rules.Most && time.GetElapsedTime(oldest.Since) < AllowedAge(rules.Delay, rules.Headroom, usedPart()))
                break;
            if (isInUse(Path.GetFileName(oldest.Path)))
            {
                finished.Add(oldest.Path, time.GetTimestamp());
                continue;
            }

            finished.Remove(oldest.Path);
            try
            {
                FolderRemoval.Remove(oldest.Path);
                paths.RemoveEmptyAbove(oldest.Path);
                removed.Add(oldest.Path);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                log.LogWarning("Sandbox {Path} could not be removed: {Problem}", oldest.Path, problem.Message);
            }
        }

        return removed;
    }
}
