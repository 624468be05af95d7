using System.Globalization;
using System.Runtime.InteropServices;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Native;

/// <summary>A pseudo terminal whose other end this process holds; reads and writes of it never wait.</summary>
internal sealed unsafe class PseudoTerminal : IDisposable
{
    private const nuint Lock = 0x4004_5431; // TIOCSPTLCK
    private const nuint Number = 0x8004_5430; // TIOCGPTN
    private const nuint SetWindowSize = 0x5414; // TIOCSWINSZ
    private const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC
    private const uint OwnerOnly = 0x190; // 0620

    private readonly SafeFileHandle ofProgram;

    private PseudoTerminal(SafeFileHandle output, SafeFileHandle input, SafeFileHandle ofProgram, string name) =>
        (Output, Input, this.ofProgram, Name) = (output, input, ofProgram, name);

    /// <summary>What programs write to the terminal.</summary>
    public SafeFileHandle Output { get; }

    /// <summary>What programs read from the terminal.</summary>
    public SafeFileHandle Input { get; }

    /// <summary>The path that this host knows it by.</summary>
    public string Name { get; }

    /// <summary>
    /// For the program to open while it starts. Not by the terminal's name: what is called so in an image's container is another one.
    /// </summary>
    public string OfProgram => "/proc/self/fd/" + ofProgram.DangerousGetHandle().ToString(CultureInfo.InvariantCulture);

    /// <param name="owner">Who may open it; null: this process's user.</param>
    /// <exception cref="IOException">This host has none to give.</exception>
    public static PseudoTerminal Open((uint User, uint Group)? owner)
    {
        var descriptor = Libc.open("/dev/ptmx", OpenFlags.ReadWrite | OpenFlags.NoTerminal | OpenFlags.NonBlocking | OpenFlags.CloseOnExec, 0);
        if (descriptor < 0)
            throw Failed();
        var master = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            int number = 0, unlock = 0;
            if (Libc.ioctl(master, Lock, (nint)(&unlock)) != 0 || Libc.ioctl(master, Number, (nint)(&number)) != 0)
                throw Failed();
            var path = "/dev/pts/" + number.ToString(CultureInfo.InvariantCulture);
            if (owner is { } given && (Libc.lchown(path, given.User, given.Group) != 0 || Libc.chmod(path, OwnerOnly) != 0))
                throw Failed();
            // The descriptors that are waited for must differ.
            var copy = Libc.fcntl(master, DuplicateCloseOnExec, 0);
            if (copy < 0)
                throw Failed();
            var input = new SafeFileHandle(copy, ownsHandle: true);
            var opened = Libc.open(path, OpenFlags.ReadWrite | OpenFlags.NoTerminal | OpenFlags.CloseOnExec, 0);
            if (opened >= 0)
                return new PseudoTerminal(master, input, new SafeFileHandle(opened, ownsHandle: true), path);
            input.Dispose();
            throw Failed();
        }
        catch
        {
            master.Dispose();
            throw;
        }
    }

    /// <summary>Programs that are in its foreground hear of it (SIGWINCH).</summary>
    public void Resize(ushort rows, ushort columns)
    {
        var size = stackalloc ushort[4];
        (size[0], size[1], size[2], size[3]) = (rows, columns, 0, 0);
        _ = Libc.ioctl(Output, SetWindowSize, (nint)size);
    }

    /// <summary>When the program has opened it: as long as it is open here too, nobody is told that the program has closed it.</summary>
    public void CloseOfProgram() => ofProgram.Dispose();

    /// <summary>Programs that it controls are hung up.</summary>
    public void Dispose()
    {
        CloseOfProgram();
        Input.Dispose();
        Output.Dispose();
    }

    private static IOException Failed() => new($"Cannot open a pseudo terminal: {Marshal.GetLastPInvokeErrorMessage()}");
}
