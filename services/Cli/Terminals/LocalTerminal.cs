using System.Runtime.InteropServices;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Terminals;

/// <summary>The terminal that <c>dp</c> itself was called from, if it was.</summary>
public static unsafe partial class LocalTerminal
{
    private const int Input = 0;
    private const int Output = 1;
    private const int AfterOutput = 1; // TCSADRAIN
    private const int SettingsSize = 256; // Of struct termios; more than any C library's.
    private const nuint GetWindowSize = 0x5413; // TIOCGWINSZ

    public static bool IsInput => isatty(Input) == 1;

    public static bool IsOutput => isatty(Output) == 1;

    /// <summary>Null without a terminal.</summary>
    public static ExecWindow? Size()
    {
        var size = stackalloc ushort[4];
        return ioctl(Output, GetWindowSize, size) == 0 || ioctl(Input, GetWindowSize, size) == 0 ? new ExecWindow(size[0], size[1]) : null;
    }

    /// <summary>Every key goes through as it is, Ctrl-C too, until this is disposed. Of no effect without a terminal.</summary>
    public static IDisposable PassAllKeys() => new RawMode();

    [LibraryImport("libc")]
    private static partial int isatty(int descriptor);

    [LibraryImport("libc")]
    private static partial int ioctl(int descriptor, nuint request, ushort* size);

    [LibraryImport("libc")]
    private static partial int tcgetattr(int descriptor, byte* settings);

    [LibraryImport("libc")]
    private static partial int tcsetattr(int descriptor, int when, byte* settings);

    [LibraryImport("libc")]
    private static partial void cfmakeraw(byte* settings);

    private sealed class RawMode : IDisposable
    {
        private readonly byte[] before = new byte[SettingsSize];
        private readonly bool changed;

        public RawMode()
        {
            fixed (byte* kept = before)
            {
                if (tcgetattr(Input, kept) != 0) return;
                var raw = stackalloc byte[SettingsSize];
                before.CopyTo(new Span<byte>(raw, SettingsSize));
                cfmakeraw(raw);
                changed = tcsetattr(Input, AfterOutput, raw) == 0;
            }

            // A second signal ends the process without unwinding.
            AppDomain.CurrentDomain.ProcessExit += Restore;
        }

        public void Dispose()
        {
            AppDomain.CurrentDomain.ProcessExit -= Restore;
            Restore(null, EventArgs.Empty);
        }

        private void Restore(object? sender, EventArgs exit)
        {
            if (!changed) return;
            fixed (byte* kept = before)
            {
                _ = tcsetattr(Input, AfterOutput, kept);
            }
        }
    }
}
