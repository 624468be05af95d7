using System.Threading.Channels;
using DataPlatform.Core.Protocol;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace DataPlatform.Services.Hosting.Serving.Streams;

/// <summary>
/// One open RecordIO answer. Whoever sends never waits: a reader that is so slow that too much waits for it is disconnected.
/// No event of the protocol could tell it why: an ERROR would wait behind all the rest, and tells a framework to give up.
/// </summary>
public sealed class EventStream : IDisposable
{
    private const int QueueLength = 16 * 1024;

    /// <summary>Of messages in protobuf. One message may go beyond it, such as a first picture of the whole pool.</summary>
    public const long MostWaitingBytes = 64 * 1024 * 1024;

    private readonly Channel<(IMessage Message, int Size)> queue = Channel.CreateBounded<(IMessage Message, int Size)>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly MessageCodec codec;
    private readonly CancellationTokenSource ended = new();
    private ITimer? heartbeats;
    private long waitingBytes;

    public EventStream(MessageCodec codec) => this.codec = codec;

    public string Id { get; } = Guid.NewGuid().ToString();

    /// <summary>What the reader sees of a message; null where it sees nothing of it.</summary>
    public Func<IMessage, IMessage?>? Filter { get; init; }

    /// <summary>Sends the message now and then, until the stream ends.</summary>
    public void Repeat(IMessage message, TimeSpan every, TimeProvider time) =>
        heartbeats = time.CreateTimer(_ => Send(message), null, every, every);

    public void Send(IMessage message)
    {
        var seen = Filter is null ? message : Filter(message);
        if (seen is null)
            return;
        var size = seen.CalculateSize();
        if (Interlocked.Add(ref waitingBytes, size) - size < MostWaitingBytes && queue.Writer.TryWrite((seen, size)))
            return;
        if (!queue.Writer.TryComplete())
            return;
        WasTooSlow = true;
        ended.Cancel();
    }

    /// <summary>The stream was cut off because its reader did not keep up.</summary>
    public bool WasTooSlow { get; private set; }

    /// <summary>Ends the stream after what was sent before.</summary>
    public void Complete() => queue.Writer.TryComplete();

    /// <summary>Writes until the stream is completed, the reader goes away or proves too slow.</summary>
    public async Task WriteToAsync(HttpResponse response, CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(aborted, ended.Token);
        try
        {
            await response.StartAsync(either.Token);
            await response.BodyWriter.FlushAsync(either.Token);
            await foreach (var (message, size) in queue.Reader.ReadAllAsync(either.Token))
            {
                Interlocked.Add(ref waitingBytes, -size);
                // There are clients that take every HTTP chunk for one record, as Mesos sends them. What is written whole is one
                // chunk; the body's PipeWriter cuts one wherever its buffer ends.
                await response.Body.WriteAsync(codec.EncodeRecord(message), either.Token);
            }
        }
        catch (OperationCanceledException)
        {
            if (ended.IsCancellationRequested)
                response.HttpContext.Abort();
        }
    }

    public void Dispose()
    {
        heartbeats?.Dispose();
        queue.Writer.TryComplete();
        ended.Dispose();
    }
}
