using System.Runtime.InteropServices;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Native;

/// <summary>A pipe between this process, whose end never waits, and a program that it starts.</summary>
internal sealed unsafe class Pipe : IDisposable
{
    private const int SetFlags = 4; // F_SETFL

    private Pipe(SafeFileHandle own, SafeFileHandle program) => (Own, Program) = (own, program);

    /// <summary>Belongs to whoever made the pipe: it is not closed with it.</summary>
    public SafeFileHandle Own { get; }

    /// <summary>To be given to the program, and closed here when it has been started.</summary>
    public SafeFileHandle Program { get; }

    /// <exception cref="IOException">No descriptor is left.</exception>
    public static Pipe ToProgram()
    {
        var (read, write) = Make();
        return new Pipe(write, read).WithoutWaiting();
    }

    /// <inheritdoc cref="ToProgram"/>
    public static Pipe FromProgram()
    {
        var (read, write) = Make();
        return new Pipe(read, write).WithoutWaiting();
    }

    public void Dispose() => Program.Dispose();

    private static (SafeFileHandle Read, SafeFileHandle Write) Make()
    {
        var ends = stackalloc int[2];
        return Libc.pipe2(ends, OpenFlags.CloseOnExec) == 0
            ? (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true))
            : throw new IOException($"Cannot make a pipe: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    // Of this end alone: the program's is as programs expect it.
    private Pipe WithoutWaiting()
    {
        _ = Libc.fcntl(Own, SetFlags, OpenFlags.NonBlocking);
        return this;
    }
}
