using System.Runtime.CompilerServices;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Protocol;

/// <summary>How the value of a field is written: one way for each type that protobuf has.</summary>
internal static class MesosJsonValues
{
    /// <typeparam name="T">The type of the field's property, or of what a list or map of it holds.</typeparam>
    public static Action<Utf8JsonWriter, T> Of<T>(FieldDescriptor field)
    {
        Delegate write = field.FieldType switch
        {
            FieldType.Message => Message<T>(field.MessageType),
            FieldType.Enum => Symbol<T>(field.EnumType),
            _ => Scalar(typeof(T)) ?? throw new InvalidOperationException($"{field.FullName} holds a {typeof(T)}, which no protobuf field does."),
        };
        return (Action<Utf8JsonWriter, T>)write;
    }

    private static Delegate? Scalar(Type type) =>
        type == typeof(string) ? static (Utf8JsonWriter writer, string text) => writer.WriteStringValue(text)
        : type == typeof(bool) ? static (Utf8JsonWriter writer, bool flag) => writer.WriteBooleanValue(flag)
        : type == typeof(int) ? static (Utf8JsonWriter writer, int number) => writer.WriteNumberValue(number)
        : type == typeof(uint) ? static (Utf8JsonWriter writer, uint number) => writer.WriteNumberValue(number)
        : type == typeof(long) ? static (Utf8JsonWriter writer, long number) => writer.WriteNumberValue(number)
        : type == typeof(ulong) ? static (Utf8JsonWriter writer, ulong number) => writer.WriteNumberValue(number)
        : type == typeof(float) ? static (Utf8JsonWriter writer, float number) => WriteDouble(writer, number)
        : type == typeof(double) ? WriteDouble
        : type == typeof(ByteString) ? static (Utf8JsonWriter writer, ByteString bytes) => writer.WriteBase64StringValue(bytes.Span)
        : null;

    private static Action<Utf8JsonWriter, T> Message<T>(MessageDescriptor type)
    {
        // Types may hold each other: this one's form is worked out when the first is written.
        MesosJsonForm? form = null;
        return (writer, message) => (form ??= MesosJsonForm.Of(type)).Write(writer, (IMessage)message!);
    }

    private static Action<Utf8JsonWriter, T> Symbol<T>(EnumDescriptor type)
    {
        var symbols = type.Values.DistinctBy(static symbol => symbol.Number).ToDictionary(static symbol => symbol.Number, static symbol => JsonEncodedText.Encode(symbol.Name));
        return (writer, value) =>
        {
            // Every enumeration of protobuf is an int.
            var number = Unsafe.BitCast<T, int>(value);
            if (symbols.TryGetValue(number, out var symbol))
                writer.WriteStringValue(symbol);
            else
                writer.WriteNumberValue(number);
        };
    }

    private static void WriteDouble(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number))
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
    }
}
