using System.Collections;
using System.IO.Pipelines;
using System.Text.Json;
using Google.Protobuf;

namespace DataPlatform.Core.Protocol;

/// <summary>Writes a large message so that what is written goes on its way while its upper levels are still being walked.</summary>
internal static class MesosJsonWriter
{
    private const int FlushAfter = 64 * 1024;

    public static async ValueTask WriteAsync(
        Utf8JsonWriter writer, PipeWriter output, IMessage message, int levels, CancellationToken cancellation)
    {
        writer.WriteStartObject();
        foreach (var member in MesosJsonForm.Of(message.Descriptor).Members)
        {
            if (levels == 0 || member.Messages(message) is not { } items)
            {
                member.Write(writer, message);
                continue;
            }

            if (items.Count == 0)
                continue;
            writer.WritePropertyName(member.Name);
            if (member.Field.IsRepeated)
                writer.WriteStartArray();
            var form = MesosJsonForm.Of(member.Field.MessageType);
            if (member.Field.IsRepeated && items is IList list && EncodedPieces.AreWorthIt(list.Count))
            {
                writer.Flush();
                await EncodedPieces.WriteAsync(output, form, list, cancellation);
                // The list is closed by hand: the writer knows nothing of its items.
                writer.WriteEndArray();
                continue;
            }

            foreach (IMessage item in items)
            {
                if (levels > 1)
                    await WriteAsync(writer, output, item, levels - 1, cancellation);
                else
                    form.Write(writer, item);
                if (writer.BytesPending + output.UnflushedBytes < FlushAfter)
                    continue;
                writer.Flush();
                await output.FlushAsync(cancellation);
            }

            if (member.Field.IsRepeated)
                writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
