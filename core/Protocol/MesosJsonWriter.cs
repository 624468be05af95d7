using System.Collections;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Protocol;

internal static class MesosJsonWriter
{
    private const int FlushAfter = 64 * 1024;

    public static void Write(Utf8JsonWriter writer, IMessage message)
    {
        writer.WriteStartObject();
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
            WriteField(writer, message, field);
        writer.WriteEndObject();
    }

    /// <summary>The same, but what is written goes on its way while the upper levels of a large message are still being walked.</summary>
    public static async ValueTask WriteAsync(
        Utf8JsonWriter writer, PipeWriter output, IMessage message, int levels, CancellationToken cancellation)
    {
        writer.WriteStartObject();
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.IsMap || field.FieldType != FieldType.Message || levels == 0)
            {
                WriteField(writer, message, field);
            }
            else if (!field.IsRepeated)
            {
                if (!field.Accessor.HasValue(message))
                    continue;
                writer.WritePropertyName(field.Name);
                await WriteAsync(writer, output, (IMessage)field.Accessor.GetValue(message), levels - 1, cancellation);
            }
            else if ((IList)field.Accessor.GetValue(message) is { Count: > 0 } items)
            {
                writer.WriteStartArray(field.Name);
                foreach (IMessage item in items)
                {
                    await WriteAsync(writer, output, item, levels - 1, cancellation);
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

    private static void WriteField(Utf8JsonWriter writer, IMessage message, FieldDescriptor field)
    {
        if (field.IsMap)
        {
            WriteMap(writer, field, (IDictionary)field.Accessor.GetValue(message));
        }
        else if (field.IsRepeated)
        {
            var items = (IList)field.Accessor.GetValue(message);
            if (items.Count == 0)
                return;
            writer.WriteStartArray(field.Name);
            foreach (var item in items)
                WriteValue(writer, field, item);
            writer.WriteEndArray();
        }
        else if (!field.HasPresence || field.Accessor.HasValue(message) || Defaults.Has(field))
        {
            writer.WritePropertyName(field.Name);
            WriteValue(writer, field, field.Accessor.GetValue(message));
        }
    }

    private static void WriteMap(Utf8JsonWriter writer, FieldDescriptor field, IDictionary map)
    {
        if (map.Count == 0)
            return;
        var value = field.MessageType.FindFieldByNumber(2);
        writer.WriteStartObject(field.Name);
        foreach (DictionaryEntry entry in map)
        {
            writer.WritePropertyName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
            WriteValue(writer, value, entry.Value!);
        }

        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, FieldDescriptor field, object value)
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
            case Enum symbol: WriteEnum(writer, field, Convert.ToInt32(symbol, CultureInfo.InvariantCulture)); break;
            default: throw new InvalidOperationException($"{field.FullName} holds a {value.GetType()}, which no protobuf field does.");
        }
    }

    private static void WriteDouble(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number))
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
    }

    private static void WriteEnum(Utf8JsonWriter writer, FieldDescriptor field, int number)
    {
        if (field.EnumType.FindValueByNumber(number) is { } symbol)
            writer.WriteStringValue(symbol.Name);
        else
            writer.WriteNumberValue(number);
    }

    private static class Defaults
    {
        private static readonly System.Collections.Concurrent.ConcurrentDictionary<FieldDescriptor, bool> Known = new();

        public static bool Has(FieldDescriptor field) => Known.GetOrAdd(field, static f => f.ToProto().HasDefaultValue);
    }
}
