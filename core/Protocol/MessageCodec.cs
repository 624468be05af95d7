using System.IO.Pipelines;
using Google.Protobuf;

namespace DataPlatform.Core.Protocol;

/// <summary>One of the two forms in which the Mesos v1 API carries messages. Stateless, for any number of threads.</summary>
public abstract class MessageCodec
{
    public static readonly MessageCodec Json = new JsonCodec();
    public static readonly MessageCodec Protobuf = new ProtobufCodec();

    private MessageCodec() { }

    public abstract string ContentType { get; }

    public abstract byte[] Encode(IMessage message);

    /// <summary>As one record of a RecordIO stream.</summary>
    public virtual byte[] EncodeRecord(IMessage message) => RecordIO.Encode(Encode(message));

    /// <summary>The same bytes, written as they come.</summary>
    public abstract Task WriteAsync(PipeWriter output, IMessage message, CancellationToken cancellation);

    /// <exception cref="MessageFormatException">The body is not such a message, or a required field is missing.</exception>
    public abstract T Decode<T>(ReadOnlySpan<byte> body) where T : class, IMessage<T>, new();

    /// <summary>The codec of a media type, parameters aside; null when it is neither.</summary>
    public static MessageCodec? ForContentType(string? contentType)
    {
        var mediaType = contentType?.Split(';', 2)[0].Trim();
        return string.Equals(mediaType, Json.ContentType, StringComparison.OrdinalIgnoreCase) ? Json
            : string.Equals(mediaType, Protobuf.ContentType, StringComparison.OrdinalIgnoreCase) ? Protobuf
            : null;
    }

    private sealed class JsonCodec : MessageCodec
    {
        public override string ContentType => "application/json";

        public override byte[] Encode(IMessage message) => MesosJson.Serialize(message);

        public override Task WriteAsync(PipeWriter output, IMessage message, CancellationToken cancellation) =>
            MesosJson.WriteAsync(output, message, cancellation);

        public override T Decode<T>(ReadOnlySpan<byte> body) => MesosJson.Parse<T>(body);
    }

    private sealed class ProtobufCodec : MessageCodec
    {
        public override string ContentType => "application/x-protobuf";

        public override byte[] Encode(IMessage message) => message.ToByteArray();

        public override byte[] EncodeRecord(IMessage message)
        {
            var record = RecordIO.Begin(message.CalculateSize(), out var place);
            message.WriteTo(place);
            return record;
        }

        public override async Task WriteAsync(PipeWriter output, IMessage message, CancellationToken cancellation) =>
            await output.WriteAsync(Encode(message), cancellation);

        public override T Decode<T>(ReadOnlySpan<byte> body)
        {
            var message = new T();
            try
            {
                message.MergeFrom(body);
            }
            catch (InvalidProtocolBufferException error)
            {
                throw new MessageFormatException($"The body is no {message.Descriptor.Name} in protobuf: {error.Message}", error);
            }

            RequiredFields.Check(message);
            return message;
        }
    }
}
