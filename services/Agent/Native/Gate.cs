using System.Runtime.InteropServices;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Native;

/// <summary>Holds a program at its first step until all around it is prepared. If this process ends before, the program sees the end of the pipe.</summary>
internal sealed unsafe class Gate : IDisposable
{
    private readonly SafeFileHandle inner;

    /// <exception cref="IOException">No descriptor is left.</exception>
    public Gate()
    {
        var ends = stackalloc int[2];
        if (Libc.pipe2(ends, OpenFlags.CloseOnExec) != 0)
            throw new IOException($"Cannot make a pipe: {Marshal.GetLastPInvokeErrorMessage()}");
        Outer = new SafeFileHandle(ends[0], ownsHandle: true);
        inner = new SafeFileHandle(ends[1], ownsHandle: true);
    }

    /// <summary>What the program waits on.</summary>
    public SafeFileHandle Outer { get; }

    public void Open()
    {
        fixed (byte* word = "go\n"u8)
            _ = Libc.write((int)inner.DangerousGetHandle(), word, 3);
    }

    public void Dispose()
    {
        Outer.Dispose();
        inner.Dispose();
    }
}
