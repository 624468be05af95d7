using System.Runtime.InteropServices;

namespace DataPlatform.Services.Cli.Terminals;

/// <summary>Standard output and standard error byte by byte: .NET's own writer does not tell that nobody reads any more.</summary>
public static unsafe partial class StandardOutputs
{
    public const int Output = 1;
    public const int Error = 2;
    private const int Interrupted = 4;
    private const int Again = 11;
    private const short Writable = 4;

    /// <summary>Waits while nobody reads.</summary>
    /// <returns>False when nobody ever will.</returns>
    public static bool TryWrite(int descriptor, ReadOnlySpan<byte> content)
    {
        while (content.Length > 0)
        {
            nint count;
            fixed (byte* start = content)
            {
                count = write(descriptor, start, content.Length);
            }

            if (count < 0 && Marshal.GetLastPInvokeError() is var error)
            {
                if (error is not (Again or Interrupted)) return false;
                var wanted = new Wanted { Descriptor = descriptor, Events = Writable };
                if (error == Again) _ = poll(&wanted, 1, -1);
                continue;
            }

            content = content[(int)count..];
        }

        return true;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, byte* content, nint count);

    [LibraryImport("libc")]
    private static partial int poll(Wanted* wanted, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct Wanted
    {
        public int Descriptor;
        public short Events;
        public short Found;
    }
}
