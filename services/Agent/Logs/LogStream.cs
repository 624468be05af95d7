using System.Diagnostics;
using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Logs;

/// <summary>
/// What comes through one pipe goes to one log. Who writes faster than anybody reads waits now and then: of that much only the newest is
/// kept anyway, and the processor is the other tasks' too.
/// </summary>
internal sealed unsafe class LogStream : IDisposable
{
    private const long MostBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan Each = TimeSpan.FromMilliseconds(100);
    private readonly SafeFileHandle pipe;
    private readonly LogFile file;
    private long began = Stopwatch.GetTimestamp();
    private long taken;

    private LogStream(string containerId, SafeFileHandle pipe, LogFile file) => (ContainerId, this.pipe, this.file) = (containerId, pipe, file);

    public string ContainerId { get; }

    public int Descriptor => (int)pipe.DangerousGetHandle();

    /// <summary>Null when there is no such pipe.</summary>
    public static LogStream? Open(string containerId, string runDirectory, string sandbox, string name, long maximumBytes)
    {
        var descriptor = Libc.open(
            LogPipes.PathOf(runDirectory, name), OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
        if (descriptor < 0)
            return null;
        var pipe = new SafeFileHandle(descriptor, ownsHandle: true);
        if (FileStatus.Of(pipe) is { Kind: "pipe" } status)
            return new LogStream(containerId, pipe, new LogFile(sandbox, name, (status.Owner, status.Group), maximumBytes));
        pipe.Dispose();
        return null;
    }

    /// <summary>How long it waits before it is read again; zero when it needn't.</summary>
    public TimeSpan Pause => taken < MostBytes ? TimeSpan.Zero : Each - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>Takes what is there, at most as much as the buffer holds.</summary>
    /// <returns>False when nobody writes to it any more.</returns>
    public bool Read(Span<byte> buffer)
    {
        nint count;
        fixed (byte* start = buffer)
        {
            count = Libc.read(Descriptor, start, (nuint)buffer.Length);
        }

        if (count <= 0)
            return count < 0 && Marshal.GetLastPInvokeError() is Libc.ErrorAgain or Libc.ErrorInterrupted;
        if (Stopwatch.GetElapsedTime(began) > Each)
            (began, taken) = (Stopwatch.GetTimestamp(), 0);
        taken += count;
        try
        {
            file.Append(buffer[..(int)count]);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // A full disk: the task goes on, and its log where there is room again.
        }

        return true;
    }

    public void Dispose() => pipe.Dispose();
}
