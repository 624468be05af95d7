using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Native;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>What goes into a container: a pipe or its terminal. One caller at a time, as long as it holds the seat.</summary>
internal sealed class ProcessInput(SafeFileHandle target, bool isTerminal, DescriptorWatch descriptors) : IDisposable
{
    private const byte NewLine = (byte)'\n';
    private const byte EndOfInput = 4; // Ctrl-D

    private readonly CancellationTokenSource closed = new();
    private int taken;
    private bool over;
    private byte last = NewLine;

    /// <summary>False when somebody else has it.</summary>
    public bool TryTake() => Interlocked.Exchange(ref taken, 1) == 0;

    public void GiveBack() => Volatile.Write(ref taken, 0);

    /// <summary>Waits while the container does not read. What it does not want any more is lost.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        if (over || content.Length == 0)
            return;
        last = content.Span[^1];
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, closed.Token);
        while (content.Length > 0)
        {
            var written = Write(content.Span);
            if (written == null)
                return;
            if (written == 0)
                await descriptors.WhenWritable(target, either.Token);
            content = content[written.Value..];
        }
    }

    /// <summary>The container reads no more than it was given so far.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        if (over)
            return;
        // A terminal ends the input only where a line begins; else the first one ends the line.
        if (isTerminal)
            await WriteAsync(last == NewLine ? new[] { EndOfInput } : new[] { EndOfInput, EndOfInput }, cancellation);
        else
            target.Dispose();
        over = true;
    }

    /// <summary>When the container has ended: whoever waits is let go.</summary>
    public void Dispose()
    {
        closed.Cancel();
        target.Dispose();
        closed.Dispose();
    }

    /// <summary>0 when it has to wait; null when nobody reads.</summary>
    private unsafe int? Write(ReadOnlySpan<byte> content)
    {
        fixed (byte* start = content)
        {
            var count = Libc.write((int)target.DangerousGetHandle(), start, (nuint)content.Length);
            if (count >= 0)
                return (int)count;
        }

        return Marshal.GetLastPInvokeError() is Libc.ErrorAgain or Libc.ErrorInterrupted ? 0 : null;
    }
}
