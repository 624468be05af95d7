using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Logs;

/// <summary>
/// A program of its own, one for all tasks of an agent, that outlives it: reads what the tasks write and keeps their logs within their
/// bound, where it is written and not after. The agent says on descriptor 3 whose logs to keep, and hears on descriptor 1 that pipes are
/// open ("+") and that all of a task's output is in its files ("-").
/// </summary>
internal sealed unsafe class LogKeeperProgram : IDisposable
{
    /// <summary>Of the agent's own program.</summary>
    public const string Name = "keep-logs";

    private const int Answers = 1;
    private const int Orders = 3;
    private const int BufferSize = 64 * 1024;
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(2);

    private readonly long maximumBytes;
    private readonly Readiness readiness = new();
    private readonly Dictionary<int, LogStream> streams = [];
    private readonly List<LogStream> waiting = [];
    private readonly Dictionary<string, int> open = new(StringComparer.Ordinal);
    private readonly List<byte> order = [];
    private readonly byte[] buffer = new byte[BufferSize];
    private readonly int[] stopPipe = new int[2];
    private bool ordered = true;
    private bool stopped;

    private LogKeeperProgram(long maximumBytes)
    {
        this.maximumBytes = maximumBytes;
        fixed (int* ends = stopPipe)
        {
            if (Libc.pipe2(ends, OpenFlags.CloseOnExec) != 0)
                throw new IOException($"Cannot make a pipe: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        readiness.Add(stopPipe[0]);
        readiness.Add(Orders);
    }

    public static int Run(string maximumBytes)
    {
        if (!long.TryParse(maximumBytes, NumberStyles.None, CultureInfo.InvariantCulture, out var bound))
            return 2;
        using var program = new LogKeeperProgram(bound);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, program.Stop);
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, program.Stop);
        program.Loop();
        return 0;
    }

    public void Dispose() => readiness.Dispose();

    /// <summary>Another takes over: what has been read is in the files, what has not stays in the pipes.</summary>
    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        var one = (byte)1;
        _ = Libc.write(stopPipe[1], &one, 1);
    }

    private void Loop()
    {
        Span<int> ready = stackalloc int[64];
        while (!stopped && (ordered || streams.Count > 0))
        {
            var pause = waiting.Count == 0 ? Timeout.InfiniteTimeSpan : waiting.Min(each => each.Pause);
            var count = readiness.Wait(ready, pause);
            foreach (var descriptor in ready[..count])
                Serve(descriptor);
            foreach (var stream in waiting.Where(each => each.Pause == TimeSpan.Zero).ToList())
            {
                waiting.Remove(stream);
                readiness.Add(stream.Descriptor);
            }

            // Lines that come one by one are written together.
            if (count > 0 && ordered)
                Thread.Sleep(Together);
        }
    }

    private void Serve(int descriptor)
    {
        if (descriptor == stopPipe[0])
            stopped = true;
        else if (descriptor == Orders)
            TakeOrders();
        else if (streams.TryGetValue(descriptor, out var stream))
            Serve(stream);
    }

    private void Serve(LogStream stream)
    {
        if (!stream.Read(buffer))
        {
            End(stream);
        }
        else if (stream.Pause > TimeSpan.Zero)
        {
            readiness.Remove(stream.Descriptor);
            waiting.Add(stream);
        }
    }

    private void End(LogStream stream)
    {
        readiness.Remove(stream.Descriptor);
        streams.Remove(stream.Descriptor);
        stream.Dispose();
        Close(stream.ContainerId);
    }

    private void Close(string containerId)
    {
        if (--open[containerId] > 0)
            return;
        open.Remove(containerId);
        Say('-', containerId);
    }

    /// <summary>Container, run's folder and sandbox, each ended by NUL.</summary>
    private void TakeOrders()
    {
        nint count;
        fixed (byte* start = buffer)
        {
            count = Libc.read(Orders, start, BufferSize);
        }

        if (count <= 0)
        {
            readiness.Remove(Orders);
            ordered = false;
            return;
        }

        order.AddRange(buffer.AsSpan(0, (int)count));
        while (TakeFields() is { } fields)
            Keep(fields[0], fields[1], fields[2]);
    }

    private string[]? TakeFields()
    {
        var fields = new string[3];
        var at = 0;
        for (var index = 0; index < fields.Length; index++)
        {
            var end = order.IndexOf(0, at);
            if (end < 0)
                return null;
            fields[index] = Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(order)[at..end]);
            at = end + 1;
        }

        order.RemoveRange(0, at);
        return fields;
    }

    private void Keep(string containerId, string runDirectory, string sandbox)
    {
        if (open.ContainsKey(containerId))
            return;
        // One more until all are open: what is read to its end meanwhile must not end the whole.
        open[containerId] = 1;
        var opened = new List<LogStream>();
        foreach (var name in (string[])[LogPipes.Output, LogPipes.Error])
        {
            if (LogStream.Open(containerId, runDirectory, sandbox, name, maximumBytes) is not { } stream)
                continue;
            opened.Add(stream);
            streams[stream.Descriptor] = stream;
            open[containerId]++;
        }

        // Only with a reader may those that hold the pipes let go of them.
        Say('+', containerId);
        foreach (var stream in opened)
        {
            readiness.Add(stream.Descriptor);
            // A pipe that nobody has opened for writing since would never be told as ended.
            Serve(stream);
        }

        Close(containerId);
    }

    private void Say(char what, string containerId)
    {
        if (!ordered)
            return;
        var line = Encoding.UTF8.GetBytes($"{what}{containerId}\n");
        fixed (byte* start = line)
        {
            _ = Libc.write(Answers, start, (nuint)line.Length);
        }
    }
}
