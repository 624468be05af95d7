using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Resources;
using Google.Protobuf;

namespace DataPlatform.Core.Pool.Recording;

/// <summary>Commands, settings and events as JSON: records by their members, messages as the wire has them.</summary>
internal static class RecordingJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { WithoutWhatIsDerived } },
        Converters =
        {
            new MessageConverter(), new JsonStringEnumConverter(), new CallerConverter(), new AccessConverter(),
            new TextConverter<ResourceBag>(bag => bag.ToString(), ResourceText.Parse),
            new TextConverter<ResourceQuantities>(amounts => amounts.ToString(), text => ResourceText.Parse(text).Quantities),
            new TextConverter<ResourceAmount>(amount => amount.ToString(), text => throw Unread(text)),
            new TextConverter<ByteString>(bytes => bytes.ToBase64(), ByteString.FromBase64),
        },
    };

    /// <summary>What can be told from other members is not told again.</summary>
    private static void WithoutWhatIsDerived(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object)
            return;
        var given = type.Type.GetConstructors().SelectMany(each => each.GetParameters()).Select(each => each.Name!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        for (var index = type.Properties.Count - 1; index >= 0; index--)
        {
            var property = type.Properties[index];
            if (property.Set is null && property.AttributeProvider is System.Reflection.PropertyInfo { Name: var name } && !given.Contains(name))
                type.Properties.RemoveAt(index);
        }
    }

    private static JsonException Unread(string text) => new($"'{text}' is only ever written");

    private sealed class TextConverter<T>(Func<T, string> write, Func<string, T> read) : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return read(reader.GetString() ?? "");
            }
            catch (FormatException error)
            {
                throw new JsonException(error.Message, error);
            }
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(write(value));
    }

    private sealed class MessageConverter : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeof(IMessage).IsAssignableFrom(typeToConvert);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert))!;

        private sealed class Of<T> : JsonConverter<T> where T : class, IMessage<T>, new()
        {
            public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            {
                using var element = JsonDocument.ParseValue(ref reader);
                try
                {
                    return element.RootElement.ValueKind != JsonValueKind.String
                        ? MessageCodec.Json.Decode<T>(Encoding.UTF8.GetBytes(element.RootElement.GetRawText()))
                        : MessageCodec.Protobuf.Decode<T>(element.RootElement.GetBytesFromBase64());
                }
                catch (Exception error) when (error is MessageFormatException or FormatException)
                {
                    throw new JsonException(error.Message, error);
                }
            }

            /// <summary>What JSON can't tell, such as a value that an enumeration does not have, is written as bytes.</summary>
            public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
            {
                var json = MessageCodec.Json.Encode(value);
                if (IsSame(json, value))
                    writer.WriteRawValue(json);
                else
                    writer.WriteBase64StringValue(MessageCodec.Protobuf.Encode(value));
            }

            private static bool IsSame(byte[] json, T value)
            {
                try
                {
                    return MessageCodec.Json.Decode<T>(json).Equals(value);
                }
                catch (MessageFormatException)
                {
                    return false;
                }
            }
        }
    }

    private sealed class CallerConverter : JsonConverter<Caller>
    {
        private sealed record Named(string? Principal, string From);

        public override Caller Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<Named>(ref reader, options) switch
            {
                null or { Principal: null, From: "" } => Caller.Platform,
                { Principal: { } principal, From: var from } => new Caller.Named(principal, from),
                { From: var from } => new Caller.Unnamed(from),
            };

        public override void Write(Utf8JsonWriter writer, Caller value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, new Named(value.Principal, value.Address), options);
    }

    private sealed class AccessConverter : JsonConverter<AccessRules>
    {
        public override AccessRules Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var element = JsonDocument.ParseValue(ref reader);
            try
            {
                return AccessRulesReader.Read(Encoding.UTF8.GetBytes(element.RootElement.GetRawText()));
            }
            catch (FormatException error)
            {
                throw new JsonException(error.Message, error);
            }
        }

        public override void Write(Utf8JsonWriter writer, AccessRules value, JsonSerializerOptions options) => AccessRulesWriter.Write(writer, value);
    }
}
