using System.Collections;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Protocol;

/// <summary>One field of a message type. What it reads is typed, as protobuf's own reflection makes an object of each number.</summary>
internal abstract class MesosJsonMember
{
    private MesosJsonMember(FieldDescriptor field)
    {
        Field = field;
        Name = JsonEncodedText.Encode(field.Name);
    }

    public FieldDescriptor Field { get; }

    public JsonEncodedText Name { get; }

    /// <summary>Null unless it is a message; empty for one that is not there.</summary>
    public virtual ICollection? Messages(IMessage message) => null;

    /// <summary>The name and the value; nothing when it is not there.</summary>
    public abstract void Write(Utf8JsonWriter writer, IMessage message);

    public static MesosJsonMember Of(FieldDescriptor field)
    {
        var holder = field.ContainingType.ClrType;
        var property = holder.GetProperty(field.PropertyName)!.PropertyType;
        var kind = field.IsMap ? typeof(Map<,,>).MakeGenericType([holder, .. property.GetGenericArguments()])
            : field.IsRepeated ? typeof(Repeated<,>).MakeGenericType(holder, property.GetGenericArguments()[0])
            : typeof(Single<,>).MakeGenericType(holder, property);
        return (MesosJsonMember)Activator.CreateInstance(kind, field)!;
    }

    private static Func<T, TValue> Reading<T, TValue>(string property) => typeof(T).GetProperty(property)!.GetMethod!.CreateDelegate<Func<T, TValue>>();

    private sealed class Single<T, TValue>(FieldDescriptor field) : MesosJsonMember(field) where T : IMessage
    {
        private readonly Func<T, TValue> _read = Reading<T, TValue>(field.PropertyName);
        private readonly Action<Utf8JsonWriter, TValue> _write = MesosJsonValues.Of<TValue>(field);

        // A message that is not there reads as null, which costs less than to ask first; a field with a default is written even when unset.
        private readonly Func<T, bool>? _has = field.HasPresence && field.FieldType != FieldType.Message && !field.ToProto().HasDefaultValue
            ? Reading<T, bool>("Has" + field.PropertyName) : null;

        public override void Write(Utf8JsonWriter writer, IMessage message)
        {
            var holder = (T)message;
            if (_has is not null && !_has(holder))
                return;
            var value = _read(holder);
            if (value is null)
                return;
            writer.WritePropertyName(Name);
            _write(writer, value);
        }

        public override ICollection? Messages(IMessage message) =>
            Field.FieldType != FieldType.Message ? null : _read((T)message) is { } value ? new[] { value } : Array.Empty<TValue>();
    }

    private sealed class Repeated<T, TValue>(FieldDescriptor field) : MesosJsonMember(field) where T : IMessage
    {
        private readonly Func<T, RepeatedField<TValue>> _read = Reading<T, RepeatedField<TValue>>(field.PropertyName);
        private readonly Action<Utf8JsonWriter, TValue> _write = MesosJsonValues.Of<TValue>(field);

        public override void Write(Utf8JsonWriter writer, IMessage message)
        {
            var values = _read((T)message);
            if (values.Count == 0)
                return;
            writer.WritePropertyName(Name);
            writer.WriteStartArray();
            for (var index = 0; index < values.Count; index++)
                _write(writer, values[index]);
            writer.WriteEndArray();
        }

        public override ICollection? Messages(IMessage message) => Field.FieldType == FieldType.Message ? _read((T)message) : null;
    }

    private sealed class Map<T, TKey, TValue>(FieldDescriptor field) : MesosJsonMember(field) where T : IMessage where TKey : notnull
    {
        private readonly Func<T, MapField<TKey, TValue>> _read = Reading<T, MapField<TKey, TValue>>(field.PropertyName);
        private readonly Action<Utf8JsonWriter, TValue> _write = MesosJsonValues.Of<TValue>(field.MessageType.FindFieldByNumber(2));

        public override void Write(Utf8JsonWriter writer, IMessage message)
        {
            var entries = _read((T)message);
            if (entries.Count == 0)
                return;
            writer.WritePropertyName(Name);
            writer.WriteStartObject();
            foreach (var (key, value) in entries)
            {
                writer.WritePropertyName(Convert.ToString(key, System.Globalization.CultureInfo.InvariantCulture)!);
                _write(writer, value);
            }

            writer.WriteEndObject();
        }
    }
}
