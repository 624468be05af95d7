using System.Threading.Channels;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>
/// One reader of what a container writes. The reader of a session holds the container up for as long as it goes on reading at all; any
/// other that lets too much wait is cut off.
/// </summary>
internal sealed class ProcessOutput : IDisposable
{
    /// <summary>Together with what the container may write at a time: 1 MiB for a session, 4 MiB for others.</summary>
    private const int SessionRecords = 64;
    private const int OtherRecords = 256;

    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(30);
    private static readonly ProcessIO Heartbeat = new()
    {
        Type = ProcessIO.Types.Type.Control,
        Control = new ProcessIO.Types.Control
        {
            Type = ProcessIO.Types.Control.Types.Type.Heartbeat,
            Heartbeat = new ProcessIO.Types.Control.Types.Heartbeat { Interval = new DurationInfo { Nanoseconds = (long)HeartbeatInterval.TotalNanoseconds } },
        },
    };

    private readonly CancellationTokenSource ended = new();
    private readonly Channel<ProcessIO> queue;
    private readonly TimeSpan? patience;
    private readonly ITimer heartbeats;
    private readonly TimeProvider time;

    /// <param name="patience">How long it may read nothing while the container waits for it; null: the container does not wait.</param>
    public ProcessOutput(TimeSpan? patience, TimeProvider time)
    {
        this.patience = patience;
        this.time = time;
        queue = Channel.CreateBounded<ProcessIO>(new BoundedChannelOptions(patience is null ? OtherRecords : SessionRecords) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        heartbeats = time.CreateTimer(_ => queue.Writer.TryWrite(Heartbeat), null, HeartbeatInterval, HeartbeatInterval);
    }

    /// <summary>It was cut off because it did not keep up.</summary>
    public bool WasTooSlow { get; private set; }

    public async ValueTask SendAsync(ProcessIO record)
    {
        if (queue.Writer.TryWrite(record) || ended.IsCancellationRequested)
            return;
        if (patience is { } limit && await WaitAsync(record, limit))
            return;
        if (!queue.Writer.TryComplete())
            return;
        WasTooSlow = true;
        await ended.CancelAsync();
    }

    /// <summary>Ends the stream after what was sent before.</summary>
    public void Complete() => queue.Writer.TryComplete();

    /// <summary>Writes until the container has ended, the reader goes away or proves too slow.</summary>
    public async Task WriteToAsync(HttpResponse response, MessageCodec codec, CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, ended.Token);
        try
        {
            await response.StartAsync(either.Token);
            await response.BodyWriter.FlushAsync(either.Token);
            await foreach (var record in queue.Reader.ReadAllAsync(either.Token))
                await response.Body.WriteAsync(codec.EncodeRecord(record), either.Token);
        }
        catch (OperationCanceledException)
        {
            if (WasTooSlow)
                response.HttpContext.Abort();
        }
        finally
        {
            // Nobody reads any more: who writes need not wait.
            queue.Writer.TryComplete();
        }
    }

    public void Dispose()
    {
        heartbeats.Dispose();
        queue.Writer.TryComplete();
        ended.Dispose();
    }

    /// <returns>False when nothing was read for so long.</returns>
    private async Task<bool> WaitAsync(ProcessIO record, TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit, time);
        try
        {
            await queue.Writer.WriteAsync(record, late.Token);
            return true;
        }
        catch (ChannelClosedException)
        {
            return true; // It has gone.
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
