using System.Buffers;
using System.Threading.Channels;
using DataPlatform.Core.Protocol;
using Google.Protobuf;

namespace DataPlatform.Services.Master.Streams;

/// <summary>
/// One open RecordIO answer. Whoever sends never waits: a reader that is so slow that the queue fills up is disconnected.
/// </summary>
public sealed class EventStream : IDisposable
{
    private const int QueueLength = 16 * 1024;

    private readonly Channel<IMessage> queue = Channel.CreateBounded<IMessage>(
        new BoundedChannelOptions(QueueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly MessageCodec codec;
    private readonly CancellationTokenSource ended = new();
    private ITimer? heartbeats;

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
        if (!queue.Writer.TryWrite(seen) && queue.Writer.TryComplete())
            ended.Cancel();
    }

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
            await foreach (var message in queue.Reader.ReadAllAsync(either.Token))
            {
                response.BodyWriter.Write(RecordIO.Encode(codec.Encode(message)));
                // A flush makes an HTTP chunk. There are clients that take every chunk for one record, as Mesos sends them.
                await response.BodyWriter.FlushAsync(either.Token);
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
