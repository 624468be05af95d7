using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace DataPlatform.Services.Cli.Terminals;

/// <summary>Standard input byte by byte as it comes: .NET's own reader waits for whole lines of a terminal.</summary>
public static unsafe partial class StandardInput
{
    private const int PartSize = 16 * 1024;
    private const int MostWaiting = 4;
    private const int Interrupted = 4;

    /// <summary>Parts of it until its end. What is being waited for when nobody listens any more is lost with the process.</summary>
    public static IAsyncEnumerable<byte[]> ReadAsync(CancellationToken cancellation)
    {
        var parts = Channel.CreateBounded<byte[]>(MostWaiting);
        new Thread(() => Read(parts.Writer, cancellation)) { IsBackground = true, Name = "standard input" }.Start();
        return parts.Reader.ReadAllAsync(cancellation);
    }

    private static void Read(ChannelWriter<byte[]> parts, CancellationToken cancellation)
    {
        var buffer = new byte[PartSize];
        try
        {
            while (true)
            {
                nint count;
                fixed (byte* start = buffer)
                {
                    count = read(0, start, PartSize);
                }

                if (count < 0 && Marshal.GetLastPInvokeError() == Interrupted) continue;
                if (count <= 0) break;
                parts.WriteAsync(buffer[..(int)count], cancellation).AsTask().GetAwaiter().GetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody listens.
        }

        parts.TryComplete();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, byte* content, nint count);
}
