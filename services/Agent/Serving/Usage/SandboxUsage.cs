using System.Collections.Concurrent;

namespace DataPlatform.Services.Agent.Serving.Usage;

/// <summary>How much a sandbox holds; looked at again after a while only, and never for long.</summary>
internal sealed class SandboxUsage(TimeProvider time)
{
    private const int MostEntries = 50_000;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(15);
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
    private readonly ConcurrentDictionary<string, (long Bytes, long At)> known = new(StringComparer.Ordinal);

    /// <summary>In bytes; links are not followed, and of more than 50,000 entries the first count.</summary>
    public long Of(string sandbox)
    {
        if (known.TryGetValue(sandbox, out var last) && time.GetElapsedTime(last.At) < LookAgain)
            return last.Bytes;
        long bytes = 0;
        try
        {
            bytes = new DirectoryInfo(sandbox).EnumerateFiles("*", Everything).Take(MostEntries).Sum(file => file.Length);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // It is being changed or has gone; the next look tells.
        }

        foreach (var (path, seen) in known)
        {
            if (time.GetElapsedTime(seen.At) > LookAgain * 4)
                known.TryRemove(path, out _);
        }

        known[sandbox] = (bytes, time.GetTimestamp());
        return bytes;
    }
}
