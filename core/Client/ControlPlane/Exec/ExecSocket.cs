using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>One end of a WebSocket that carries a command's input and output: whole messages within a bound. One reader, any number of writers.</summary>
public sealed class ExecSocket(WebSocket socket) : IDisposable
{
    /// <summary>Of one message; what is longer is sent in several.</summary>
    public const int LargestMessage = 64 * 1024;

    private readonly SemaphoreSlim writing = new(1);
    private readonly byte[] buffer = new byte[LargestMessage];

    /// <summary>The next message, valid until the one after it is read; null when the other end has closed.</summary>
    /// <exception cref="WebSocketException">The connection broke, or the message is too long.</exception>
    public async Task<ExecMessage?> ReadAsync(CancellationToken cancellation)
    {
        for (var length = 0; ;)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            if (part.EndOfMessage)
                return new ExecMessage(part.MessageType == WebSocketMessageType.Text, buffer.AsMemory(0, length));
            if (length == buffer.Length)
                throw new WebSocketException(WebSocketError.Faulted, $"A message is longer than {LargestMessage} bytes");
        }
    }

    public Task SendAsync<T>(T message, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, type), WebSocketMessageType.Text, cancellation);

    public Task SendAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation) => SendAsync(content, WebSocketMessageType.Binary, cancellation);

    /// <summary>Says that nothing more comes from here. The connection is to be kept until the other end has said the same, or what was sent last may be lost.</summary>
    public async Task CloseAsync(CancellationToken cancellation)
    {
        try
        {
            await writing.WaitAsync(cancellation);
            try
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);
            }
            finally
            {
                writing.Release();
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // It is closed already.
        }
    }

    /// <summary>Reads what is still on its way, to the other end's good-bye.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        try
        {
            while (await ReadAsync(cancellation) is not null)
            {
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException)
        {
            // It is closed already.
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        writing.Dispose();
    }

    private async Task SendAsync(ReadOnlyMemory<byte> content, WebSocketMessageType type, CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation);
        try
        {
            await socket.SendAsync(content, type, endOfMessage: true, cancellation);
        }
        finally
        {
            writing.Release();
        }
    }
}

/// <param name="IsText">JSON; else what is read or written.</param>
public readonly record struct ExecMessage(bool IsText, ReadOnlyMemory<byte> Content);
