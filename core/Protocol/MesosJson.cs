using System.IO.Pipelines;
using System.Text.Json;
using Google.Protobuf;

namespace DataPlatform.Core.Protocol;

/// <summary>
/// Messages as JSON in the form that Mesos writes. It differs from protobuf's own JSON mapping, which is why that is not used:
/// 64-bit integers are numbers, members have the fields' names, null is the same as absent, unknown members are ignored,
/// and a field with a default is written even when unset.
/// </summary>
public static class MesosJson
{
    /// <summary>An answer, what it gets, the list in that.</summary>
    private const int LevelsInPieces = 3;

    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = 64 };

    public static byte[] Serialize(IMessage message)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { SkipValidation = true }))
            Write(writer, message);
        return stream.ToArray();
    }

    /// <summary>For large messages: writes in pieces and waits for a slow reader, instead of building the whole text first.</summary>
    public static async Task WriteAsync(PipeWriter output, IMessage message, CancellationToken cancellation)
    {
        await using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
            await MesosJsonWriter.WriteAsync(writer, output, message, LevelsInPieces, cancellation);
        await output.FlushAsync(cancellation);
    }

    public static void Write(Utf8JsonWriter writer, IMessage message) => MesosJsonForm.Of(message.Descriptor).Write(writer, message);

    /// <exception cref="MessageFormatException">The text is no JSON object, a member has a value of the wrong kind, or a required field is missing.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> utf8) where T : class, IMessage<T>, new()
    {
        var message = new T();
        try
        {
            using var document = JsonDocument.Parse(utf8.ToArray(), ReadOptions);
            MesosJsonReader.Merge(message, document.RootElement, "");
        }
        catch (JsonException error)
        {
            throw new MessageFormatException($"The body is not JSON: {error.Message}", error);
        }
        catch (InvalidOperationException error)
        {
            // The name of a member; the values are checked where they are read.
            throw new MessageFormatException($"The body holds text that is not UTF-8: {error.Message}", error);
        }

        RequiredFields.Check(message);
        return message;
    }
}
