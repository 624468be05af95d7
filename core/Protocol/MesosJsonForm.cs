using System.Collections.Concurrent;
using System.Text.Json;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Protocol;

/// <summary>What the JSON of a message type has in its order, worked out once: a picture of a whole pool is millions of fields.</summary>
internal sealed class MesosJsonForm
{
    private static readonly ConcurrentDictionary<MessageDescriptor, MesosJsonForm> Known = new();

    private MesosJsonForm(MessageDescriptor type) => Members = [.. type.Fields.InDeclarationOrder().Select(static field => new Member(field))];

    public Member[] Members { get; }

    public static MesosJsonForm Of(MessageDescriptor type) => Known.GetOrAdd(type, static type => new MesosJsonForm(type));

    internal sealed class Member
    {
        private readonly Dictionary<int, JsonEncodedText> _symbols;

        public Member(FieldDescriptor field)
        {
            Field = field;
            Name = JsonEncodedText.Encode(field.Name);
            IsMessage = !field.IsMap && field.FieldType == FieldType.Message;
            // A message that is not there reads as null, which costs less than to ask first.
            IsAsked = field.HasPresence && !IsMessage && !field.ToProto().HasDefaultValue;
            Within = field.IsMap ? new Member(field.MessageType.FindFieldByNumber(2)) : null;
            _symbols = field.FieldType != FieldType.Enum ? [] : field.EnumType.Values
                .DistinctBy(static symbol => symbol.Number).ToDictionary(static symbol => symbol.Number, static symbol => JsonEncodedText.Encode(symbol.Name));
        }

        public FieldDescriptor Field { get; }

        public JsonEncodedText Name { get; }

        public bool IsMessage { get; }

        /// <summary>Written only when set.</summary>
        public bool IsAsked { get; }

        /// <summary>Of a map: its values.</summary>
        public Member? Within { get; }

        /// <summary>False for a number that no symbol stands for.</summary>
        public bool TryName(int number, out JsonEncodedText symbol) => _symbols.TryGetValue(number, out symbol);
    }
}
