using DataPlatform.Services.Hosting.Files;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>
/// Keeps stdout and stderr of tasks within bounds that write them themselves, as those do that an agent before this one has started. A log that has grown to half of its bound is copied to a file with
/// <c>.1</c> behind its name and emptied; tasks only ever append, so they go on at its start.
/// </summary>
internal sealed class LogKeeper(long maximumBytes, Func<IEnumerable<string>> sandboxes, TimeProvider time, ILogger log)
{
    private static readonly string[] Logs = ["stdout", "stderr"];
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(50);

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var rotated = false;
                foreach (var sandbox in sandboxes())
                    foreach (var name in Logs)
                        rotated |= Rotate(sandbox, name, maximumBytes);
                // Who writes that fast is looked at sooner.
                await Task.Delay(rotated ? Busy : Calm, time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    /// <summary>True when the log was too long.</summary>
    internal bool Rotate(string sandbox, string name, long bound)
    {
        var info = new FileInfo(Path.Combine(sandbox, name));
        if (!info.Exists || info.Length <= bound / 2)
            return false;
        // A task may put a link in its log's place: the files are opened only beneath the sandbox and never through a link.
        using var source = ContainedFiles.OpenWrite(sandbox, name, create: false);
        if (source is null)
            return false;
        var size = RandomAccess.GetLength(source);
        try
        {
            using var kept = ContainedFiles.OpenWrite(sandbox, name + ".1", create: true);
            if (kept is not null)
                CopyTail(source, size, kept, bound / 2);
        }
        catch (IOException problem)
        {
            log.LogWarning("{Sandbox}/{Name} could not be kept and starts anew: {Problem}", sandbox, name, DiskSpace.Explain(problem, sandbox));
            File.Delete(Path.Combine(sandbox, name + ".1"));
        }

        RandomAccess.SetLength(source, 0);
        return true;
    }

    private static void CopyTail(Microsoft.Win32.SafeHandles.SafeFileHandle source, long size, Microsoft.Win32.SafeHandles.SafeFileHandle target, long most)
    {
        var from = Math.Max(0, size - most);
        var buffer = new byte[128 * 1024];
        RandomAccess.SetLength(target, 0);
        for (long at = 0; RandomAccess.Read(source, buffer, from + at) is > 0 and var count && at < most; at += count)
            RandomAccess.Write(target, buffer.AsSpan(0, (int)Math.Min(count, most - at)), at);
    }
}
