using System.Collections;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Google.Protobuf;

namespace DataPlatform.Core.Protocol;

internal static class MesosJsonWriter
{
    private const int FlushAfter = 64 * 1024;

    public static void Write(Utf8JsonWriter writer, IMessage message)
    {
        writer.WriteStartObject();
        foreach (var member in MesosJsonForm.Of(message.Descriptor).Members)
            WriteMember(writer, message, member);
        writer.WriteEndObject();
    }

    /// <summary>The same, but what is written goes on its way while the upper levels of a large message are still being walked.</summary>
    public static async ValueTask WriteAsync(
        Utf8JsonWriter writer, PipeWriter output, IMessage message, int levels, CancellationToken cancellation)
    {
        writer.WriteStartObject();
        foreach (var member in MesosJsonForm.Of(message.Descriptor).Members)
        {
            if (!member.IsMessage || levels == 0)
            {
                WriteMember(writer, message, member);
            }
            else if (member.Field.Accessor.GetValue(message) is IMessage single)
            {
                writer.WritePropertyName(member.Name);
                await WriteAsync(writer, output, single, levels - 1, cancellation);
            }
            else if (member.Field.Accessor.GetValue(message) is IList { Count: > 0 } items)
            {
                writer.WriteStartArray(member.Name);
                foreach (IMessage item in items)
                {
                    if (levels > 1)
                        await WriteAsync(writer, output, item, levels - 1, cancellation);
                    else
                        Write(writer, item);
                    if (writer.BytesPending + output.UnflushedBytes < FlushAfter)
                        continue;
                    writer.Flush();
                    await output.FlushAsync(cancellation);
                }

                writer.WriteEndArray();
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter writer, IMessage message, MesosJsonForm.Member member)
    {
        var accessor = member.Field.Accessor;
        if (member.IsAsked && !accessor.HasValue(message))
            return;
        var value = accessor.GetValue(message);
        if (value is null)
            return;
        if (member.Within is { } within)
        {
            WriteMap(writer, member, within, (IDictionary)value);
        }
        else if (!member.Field.IsRepeated)
        {
            writer.WritePropertyName(member.Name);
            WriteValue(writer, member, value);
        }
        else if (value is IList { Count: > 0 } items)
        {
            writer.WriteStartArray(member.Name);
            foreach (var item in items)
                WriteValue(writer, member, item);
            writer.WriteEndArray();
        }
    }

    private static void WriteMap(Utf8JsonWriter writer, MesosJsonForm.Member member, MesosJsonForm.Member within, IDictionary map)
    {
        if (map.Count == 0)
            return;
        writer.WriteStartObject(member.Name);
        foreach (DictionaryEntry entry in map)
        {
            writer.WritePropertyName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
            WriteValue(writer, within, entry.Value!);
        }

        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, MesosJsonForm.Member member, object value)
    {
        switch (value)
        {
            case IMessage message: Write(writer, message); break;
            case string text: writer.WriteStringValue(text); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case int number: writer.WriteNumberValue(number); break;
            case uint number: writer.WriteNumberValue(number); break;
            case long number: writer.WriteNumberValue(number); break;
            case ulong number: writer.WriteNumberValue(number); break;
            case float number: WriteDouble(writer, number); break;
            case double number: WriteDouble(writer, number); break;
            case ByteString bytes: writer.WriteBase64StringValue(bytes.Span); break;
            // A boxed enumeration opens as the number that it is; every one of protobuf is an int.
            case Enum: WriteSymbol(writer, member, (int)value); break;
            default: throw new InvalidOperationException($"{member.Field.FullName} holds a {value.GetType()}, which no protobuf field does.");
        }
    }

    private static void WriteDouble(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number))
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
    }

    private static void WriteSymbol(Utf8JsonWriter writer, MesosJsonForm.Member member, int number)
    {
        if (member.TryName(number, out var symbol))
            writer.WriteStringValue(symbol);
        else
            writer.WriteNumberValue(number);
    }
}
