using System.Collections;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Protocol;

internal static class MesosJsonReader
{
    public static void Merge(IMessage message, JsonElement element, string path)
    {
        Expect(element, JsonValueKind.Object, path, "an object");
        foreach (var member in element.EnumerateObject())
        {
            var field = message.Descriptor.FindFieldByName(member.Name);
            if (field is null || member.Value.ValueKind == JsonValueKind.Null)
                continue;
            ReadField(message, field, member.Value, path.Length == 0 ? field.Name : $"{path}.{field.Name}");
        }
    }

    private static void ReadField(IMessage message, FieldDescriptor field, JsonElement element, string path)
    {
        if (field.IsMap)
        {
            Expect(element, JsonValueKind.Object, path, "an object");
            var map = (IDictionary)field.Accessor.GetValue(message);
            var valueField = field.MessageType.FindFieldByNumber(2);
            foreach (var entry in element.EnumerateObject())
                map[entry.Name] = ReadValue(valueField, entry.Value, $"{path}.{entry.Name}");
        }
        else if (field.IsRepeated)
        {
            Expect(element, JsonValueKind.Array, path, "an array");
            var list = (IList)field.Accessor.GetValue(message);
            var index = 0;
            foreach (var item in element.EnumerateArray())
                list.Add(ReadValue(field, item, $"{path}[{index++}]"));
        }
        else
        {
            field.Accessor.SetValue(message, ReadValue(field, element, path));
        }
    }

    private static object ReadValue(FieldDescriptor field, JsonElement element, string path)
    {
        switch (field.FieldType)
        {
            case FieldType.Message:
                var message = (IMessage)Activator.CreateInstance(field.MessageType.ClrType)!;
                Merge(message, element, path);
                return message;
            case FieldType.String:
                Expect(element, JsonValueKind.String, path, "a string");
                return Text(element, path);
            case FieldType.Bytes:
                Expect(element, JsonValueKind.String, path, "bytes as base64");
                return element.TryGetBytesFromBase64(out var bytes) ? UnsafeByteOperations.UnsafeWrap(bytes) : throw Wrong(path, "bytes as base64");
            case FieldType.Bool:
                return element.ValueKind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : throw Wrong(path, "true or false");
            case FieldType.Enum:
                return ReadEnum(field, element, path);
            case FieldType.Double:
                return ReadDouble(element, path);
            case FieldType.Float:
                return (float)ReadDouble(element, path);
            case FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32:
                return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var int32) ? int32 : throw Wrong(path, "an integer of 32 bits");
            case FieldType.UInt32 or FieldType.Fixed32:
                return element.ValueKind == JsonValueKind.Number && element.TryGetUInt32(out var uint32) ? uint32 : throw Wrong(path, "a natural number of 32 bits");
            case FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64:
                return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var int64) ? int64 : throw Wrong(path, "an integer of 64 bits");
            case FieldType.UInt64 or FieldType.Fixed64:
                return element.ValueKind == JsonValueKind.Number && element.TryGetUInt64(out var uint64) ? uint64 : throw Wrong(path, "a natural number of 64 bits");
            default:
                throw new InvalidOperationException($"{field.FullName} is of the type {field.FieldType}, which the Mesos v1 API does not use.");
        }
    }

    private static object ReadEnum(FieldDescriptor field, JsonElement element, string path)
    {
        var symbol = element.ValueKind switch
        {
            JsonValueKind.String => field.EnumType.FindValueByName(Text(element, path)),
            JsonValueKind.Number when element.TryGetInt32(out var number) => field.EnumType.FindValueByNumber(number),
            _ => null,
        };
        return symbol is null
            ? throw Wrong(path, "one of " + string.Join(", ", field.EnumType.Values.Select(value => value.Name)))
            : Enum.ToObject(field.EnumType.ClrType, symbol.Number);
    }

    private static double ReadDouble(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.String when element.ValueEquals("Infinity") => double.PositiveInfinity,
        JsonValueKind.String when element.ValueEquals("-Infinity") => double.NegativeInfinity,
        JsonValueKind.String when element.ValueEquals("NaN") => double.NaN,
        _ => throw Wrong(path, "a number"),
    };

    // A string may hold an escaped lone surrogate, which has no UTF-8 form.
    private static string Text(JsonElement element, string path)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(path, "a string of Unicode characters");
        }
    }

    private static void Expect(JsonElement element, JsonValueKind kind, string path, string allowed)
    {
        if (element.ValueKind != kind)
            throw Wrong(path, allowed);
    }

    private static MessageFormatException Wrong(string path, string allowed) =>
        new(path.Length == 0 ? $"The body must be {allowed}." : $"The field '{path}' must be {allowed}.");
}
