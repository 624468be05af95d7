using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace DataPlatform.Services.Agent.Native;

/// <summary>
/// Tells at once when a process ends, be it this process's child or one that an earlier agent started: one thread waits on
/// pidfds (Linux 5.3 and later).
/// </summary>
internal sealed class ProcessWatch : IDisposable
{
    private const int PidfdOpen = 434;
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Remove = 2;
    private const uint Readable = 1;
    private const int EventSize = 12; // Packed on x86-64; elsewhere 16, see Stride.
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? EventSize : 16;
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private static readonly TimeSpan NoDescriptorWait = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<long, (int Descriptor, TaskCompletionSource Source)> waiting = new();
    private readonly int epoll;
    private long lastTicket;

    /// <exception cref="PlatformNotSupportedException">The kernel has no pidfds.</exception>
    public ProcessWatch()
    {
        var own = (int)Libc.syscall(PidfdOpen, Environment.ProcessId, 0, 0, 0);
        if (own < 0)
            throw new PlatformNotSupportedException("This agent needs pidfd_open: Linux 5.3 or later");
        _ = Libc.close(own);
        epoll = Libc.epoll_create1(CloseOnExec);
        new Thread(Wait, maxStackSize: 128 * 1024) { IsBackground = true, Name = "process watch" }.Start();
    }

    /// <summary>Completes when the process has ended, at once when there is none. It is collected if it is our child.</summary>
    /// <returns>Its exit status when it was our child.</returns>
    public async Task<int?> WhenEnded(ProcessIdentity process)
    {
        await WhenOver(process).ConfigureAwait(false);
        return Spawn.Collect(process.Pid);
    }

    /// <summary>The same, for who collects it.</summary>
    public async Task WhenOver(ProcessIdentity process)
    {
        Task? end;
        while (!TryBegin(process, out end))
            await Task.Delay(NoDescriptorWait).ConfigureAwait(false); // That it can't be watched now does not mean that it has ended.
        if (end is not null)
            await end.ConfigureAwait(false);
    }

    public void Dispose() => _ = Libc.close(epoll);

    /// <param name="end">Null when there is no such process any more.</param>
    /// <returns>False when no descriptor is left to watch it with.</returns>
    private unsafe bool TryBegin(ProcessIdentity process, out Task? end)
    {
        end = null;
        var descriptor = (int)Libc.syscall(PidfdOpen, process.Pid, 0, 0, 0);
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError() is not (Libc.ErrorTooManyOpen or Libc.ErrorTooManyOpenOnHost);
        var stat = ProcessStat.Of(process.Pid);
        if (stat?.StartTicks != process.StartTicks)
        {
            _ = Libc.close(descriptor);
            return stat is not null || Libc.kill(process.Pid, 0) != 0; // It is there and can't be read: that was the last descriptor.
        }

        // Told apart by tickets: a descriptor's number is used again at once after its close.
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ticket = Interlocked.Increment(ref lastTicket);
        waiting[ticket] = (descriptor, source);
        var interest = stackalloc byte[16];
        *(uint*)interest = Readable;
        *(long*)(interest + DataOffset) = ticket;
        if (Libc.epoll_ctl(epoll, Add, descriptor, interest) != 0)
            throw new IOException($"epoll_ctl: {Marshal.GetLastPInvokeErrorMessage()}");
        end = source.Task;
        return true;
    }

    private unsafe void Wait()
    {
        const int capacity = 32;
        var events = stackalloc byte[capacity * 16];
        while (true)
        {
            var count = Libc.epoll_wait(epoll, events, capacity, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() != Libc.ErrorInterrupted)
                return; // Closed: the agent is going down.
            for (var index = 0; index < count; index++)
            {
                var ticket = *(long*)(events + (index * Stride) + DataOffset);
                if (waiting.TryRemove(ticket, out var ended))
                {
                    // Taken out first: a program that is being started at this moment may hold a copy, and close alone would leave it in.
                    _ = Libc.epoll_ctl(epoll, Remove, ended.Descriptor, events + (index * Stride));
                    _ = Libc.close(ended.Descriptor);
                    ended.Source.SetResult();
                }
            }
        }
    }
}
