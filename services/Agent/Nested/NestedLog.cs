using System.Diagnostics;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Logs;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>Keeps what a container writes in its folder, within the bound of a task's logs, and the writer within what the disk is worth.</summary>
internal sealed class NestedLog(NestedFolder folder, string name, HostUser? user, long maximumBytes)
{
    private const long MostBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan Each = TimeSpan.FromMilliseconds(100);

    private readonly LogFile file = new(folder.Open, name, user is null ? (Libc.geteuid(), Libc.getegid()) : (user.Id, user.GroupId), maximumBytes);
    private long began = Stopwatch.GetTimestamp();
    private long taken;

    public async ValueTask AppendAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        try
        {
            file.Append(content.Span);
        }
        catch (IOException)
        {
            // The disk is full: what is left of it is lost, as of a task's log.
        }

        if (Stopwatch.GetElapsedTime(began) > Each)
            (began, taken) = (Stopwatch.GetTimestamp(), 0);
        taken += content.Length;
        if (taken > MostBytes && Each - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } left)
            await Task.Delay(left, cancellation);
    }
}
