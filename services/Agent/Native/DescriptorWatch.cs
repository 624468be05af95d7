using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Native;

/// <summary>
/// Tells when a pipe or terminal can be read or written without waiting: one thread waits for all of them (epoll). One wait at a time for a
/// descriptor.
/// </summary>
internal sealed class DescriptorWatch : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Remove = 2;
    private const uint Readable = 1;
    private const uint Writable = 4;
    private const uint Once = 1u << 30;
    private const int Most = 32;
    private static readonly bool Packed = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int Stride = Packed ? 12 : 16;
    private static readonly int DataOffset = Packed ? 4 : 8;

    private readonly ConcurrentDictionary<long, (int Descriptor, TaskCompletionSource Source)> waiting = new();
    private readonly int epoll = Libc.epoll_create1(CloseOnExec);
    private long lastTicket;

    public DescriptorWatch() => new Thread(Wait, maxStackSize: 128 * 1024) { IsBackground = true, Name = "descriptor watch" }.Start();

    /// <summary>Also when nothing will ever come: the other end is closed.</summary>
    public Task WhenReadable(SafeFileHandle descriptor, CancellationToken cancellation) => When(descriptor, Readable, cancellation);

    /// <inheritdoc cref="WhenReadable"/>
    public Task WhenWritable(SafeFileHandle descriptor, CancellationToken cancellation) => When(descriptor, Writable, cancellation);

    /// <summary>Of a descriptor that never waits: 0 at its end, which a terminal tells by an error; below 0 when there is nothing yet.</summary>
    public static unsafe int Read(SafeFileHandle from, byte[] buffer)
    {
        fixed (byte* start = buffer)
        {
            var count = (int)Libc.read((int)from.DangerousGetHandle(), start, (nuint)buffer.Length);
            return count >= 0 ? count : Marshal.GetLastPInvokeError() is Libc.ErrorAgain or Libc.ErrorInterrupted ? -1 : 0;
        }
    }

    public void Dispose() => _ = Libc.close(epoll);

    private async Task When(SafeFileHandle handle, uint what, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        // Told apart by tickets: a descriptor's number is used again at once after its close.
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ticket = Interlocked.Increment(ref lastTicket);
        var descriptor = (int)handle.DangerousGetHandle();
        waiting[ticket] = (descriptor, source);
        await using var registration = cancellation.Register(() =>
        {
            if (Take(ticket) is { } cancelled)
                cancelled.SetCanceled(cancellation);
        });
        if (!Begin(descriptor, what, ticket))
        {
            waiting.TryRemove(ticket, out _);
            throw new IOException($"epoll_ctl: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        if (cancellation.IsCancellationRequested)
            Take(ticket)?.SetCanceled(cancellation);
        await source.Task;
    }

    private unsafe bool Begin(int descriptor, uint what, long ticket)
    {
        var interest = stackalloc byte[16];
        *(uint*)interest = what | Once;
        *(long*)(interest + DataOffset) = ticket;
        return Libc.epoll_ctl(epoll, Add, descriptor, interest) == 0;
    }

    /// <summary>Whoever takes it out completes it; until then its descriptor is not closed.</summary>
    private unsafe TaskCompletionSource? Take(long ticket)
    {
        if (!waiting.TryRemove(ticket, out var ended))
            return null;
        var ignored = stackalloc byte[16];
        _ = Libc.epoll_ctl(epoll, Remove, ended.Descriptor, ignored);
        return ended.Source;
    }

    private unsafe void Wait()
    {
        var events = stackalloc byte[Most * 16];
        while (true)
        {
            var count = Libc.epoll_wait(epoll, events, Most, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() != Libc.ErrorInterrupted)
                return; // Closed: the agent is going down.
            for (var index = 0; index < count; index++)
                Take(*(long*)(events + (index * Stride) + DataOffset))?.SetResult();
        }
    }
}
