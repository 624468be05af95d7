using System.Runtime.InteropServices;

namespace DataPlatform.Services.Agent.Native;

/// <summary>Says which of many descriptors can be read now (epoll).</summary>
internal sealed unsafe class Readiness : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int AddOne = 1;
    private const int RemoveOne = 2;
    private const uint Readable = 1;
    private const int Most = 64;
    private static readonly bool Packed = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int Stride = Packed ? 12 : 16;
    private static readonly int DataOffset = Packed ? 4 : 8;
    private readonly int epoll = Libc.epoll_create1(CloseOnExec);

    /// <exception cref="IOException">The descriptor is of a kind that can't be waited for.</exception>
    public void Add(int descriptor)
    {
        var interest = stackalloc byte[16];
        *(uint*)interest = Readable;
        *(long*)(interest + DataOffset) = descriptor;
        if (Libc.epoll_ctl(epoll, AddOne, descriptor, interest) != 0)
            throw new IOException($"epoll_ctl: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public void Remove(int descriptor)
    {
        var interest = stackalloc byte[16];
        _ = Libc.epoll_ctl(epoll, RemoveOne, descriptor, interest);
    }

    /// <returns>How many were put into <paramref name="ready"/>.</returns>
    public int Wait(Span<int> ready, TimeSpan longest)
    {
        var events = stackalloc byte[Most * 16];
        var milliseconds = longest == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Ceiling(longest.TotalMilliseconds);
        var count = Math.Max(0, Libc.epoll_wait(epoll, events, Math.Min(Most, ready.Length), milliseconds));
        for (var index = 0; index < count; index++)
            ready[index] = (int)*(long*)(events + (index * Stride) + DataOffset);
        return count;
    }

    public void Dispose() => _ = Libc.close(epoll);
}
