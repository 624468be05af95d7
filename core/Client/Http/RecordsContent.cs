using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;

using DataPlatform.Core.Protocol;

using Google.Protobuf;

namespace DataPlatform.Core.Client.Http;

/// <summary>A request that goes on for as long as messages are added to it, each sent at once.</summary>
public sealed class RecordsContent : HttpContent
{
    private const int MostWaiting = 16;

    private readonly Channel<byte[]> records = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly MessageCodec codec;

    public RecordsContent(MessageCodec codec)
    {
        this.codec = codec;
        Headers.ContentType = new MediaTypeHeaderValue("application/recordio");
        Headers.TryAddWithoutValidation("Message-Content-Type", codec.ContentType);
    }

    /// <summary>Waits while the other side does not read.</summary>
    /// <returns>False when the request has ended.</returns>
    public async ValueTask<bool> AddAsync(IMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await records.Writer.WriteAsync(codec.EncodeRecord(message), cancellationToken);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>False when too much waits already, or the request has ended.</summary>
    public bool TryAdd(IMessage message) => records.Writer.TryWrite(codec.EncodeRecord(message));

    /// <summary>The request ends after what was added before.</summary>
    public void Complete() => records.Writer.TryComplete();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var record in records.Reader.ReadAllAsync(cancellationToken))
            {
                await stream.WriteAsync(record, cancellationToken);
                await stream.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            records.Writer.TryComplete();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        records.Writer.TryComplete();
        base.Dispose(disposing);
    }
}
