using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Protocol;

/// <summary>Finds the first required field that a message, or one inside it, lacks.</summary>
internal static class RequiredFields
{
    /// <summary>Grows to the number of types that the protocol has.</summary>
    private static readonly ConcurrentDictionary<MessageDescriptor, Look[]> Known = new();

    /// <exception cref="MessageFormatException">Names the first one that is missing.</exception>
    public static void Check(IMessage message)
    {
        if (FirstMissing(message, LooksOf(message.Descriptor)) is { } path)
            throw new MessageFormatException($"The required field '{path}' is missing.");
    }

    private static string? FirstMissing(IMessage message, Look[] looks)
    {
        foreach (var look in looks)
        {
            if (look.Missing(message) is { } missing)
                return missing;
        }

        return null;
    }

    /// <summary>What of a type is looked at: every call is checked, and most fields need no look.</summary>
    private static Look[] LooksOf(MessageDescriptor type) => Known.GetOrAdd(type, static type =>
        [.. type.Fields.InFieldNumberOrder().Where(static field => field.IsRequired || IsWorthALook(field, [])).Select(Look.At)]);

    private static bool IsWorthALook(FieldDescriptor field, HashSet<MessageDescriptor> seen) => field.FieldType == FieldType.Message && NeedsLook(Within(field), seen);

    private static MessageDescriptor Within(FieldDescriptor field) => field.IsMap && field.MessageType.FindFieldByName("value") is { FieldType: FieldType.Message } value
        ? value.MessageType
        : field.MessageType;

    /// <summary>Whether the type, or any that it holds, has a required field.</summary>
    private static bool NeedsLook(MessageDescriptor type, HashSet<MessageDescriptor> seen) => seen.Add(type) && type.Fields.InFieldNumberOrder().Any(
        field => field.IsRequired || IsWorthALook(field, seen));

    /// <summary>A look at one field. Typed, as protobuf's own reflection makes objects of what it reads.</summary>
    private abstract class Look(FieldDescriptor field)
    {
        // Worked out when it is first needed: types may hold themselves.
        private Look[]? within;

        protected string Name { get; } = field.Name;

        public static Look At(FieldDescriptor field)
        {
            var holder = field.ContainingType.ClrType;
            if (field.FieldType != FieldType.Message)
                return (Look)Activator.CreateInstance(typeof(Value<>).MakeGenericType(holder), field)!;
            var property = holder.GetProperty(field.PropertyName)!.PropertyType;
            var kind = field.IsMap ? typeof(Map<,,>).MakeGenericType([holder, .. property.GetGenericArguments()])
                : field.IsRepeated ? typeof(Repeated<,>).MakeGenericType(holder, property.GetGenericArguments()[0])
                : typeof(Single<,>).MakeGenericType(holder, property);
            return (Look)Activator.CreateInstance(kind, field)!;
        }

        /// <summary>The path of what is missing; null when nothing is.</summary>
        public abstract string? Missing(IMessage message);

        protected string? Inside(IMessage message) => FirstMissing(message, within ??= LooksOf(message.Descriptor));

        protected static Func<T, TValue> Reading<T, TValue>(string property) => typeof(T).GetProperty(property)!.GetMethod!.CreateDelegate<Func<T, TValue>>();
    }

    private sealed class Value<T>(FieldDescriptor field) : Look(field) where T : IMessage
    {
        private readonly Func<T, bool> _has = Reading<T, bool>("Has" + field.PropertyName);

        public override string? Missing(IMessage message) => _has((T)message) ? null : Name;
    }

    private sealed class Single<T, TValue>(FieldDescriptor field) : Look(field) where T : IMessage where TValue : class, IMessage
    {
        private readonly Func<T, TValue?> _read = Reading<T, TValue?>(field.PropertyName);
        private readonly bool _isRequired = field.IsRequired;

        public override string? Missing(IMessage message) => _read((T)message) is not { } value ? (_isRequired ? Name : null)
            : Inside(value) is { } missing ? $"{Name}.{missing}"
            : null;
    }

    private sealed class Repeated<T, TValue>(FieldDescriptor field) : Look(field) where T : IMessage where TValue : class, IMessage
    {
        private readonly Func<T, RepeatedField<TValue>> _read = Reading<T, RepeatedField<TValue>>(field.PropertyName);

        public override string? Missing(IMessage message)
        {
            var values = _read((T)message);
            for (var index = 0; index < values.Count; index++)
            {
                if (Inside(values[index]) is { } missing)
                    return $"{Name}[{index}].{missing}";
            }

            return null;
        }
    }

    private sealed class Map<T, TKey, TValue>(FieldDescriptor field) : Look(field) where T : IMessage where TKey : notnull where TValue : class, IMessage
    {
        private readonly Func<T, MapField<TKey, TValue>> _read = Reading<T, MapField<TKey, TValue>>(field.PropertyName);

        public override string? Missing(IMessage message)
        {
            var index = 0;
            foreach (var value in _read((T)message).Values)
            {
                if (Inside(value) is { } missing)
                    return $"{Name}[{index}].{missing}";
                index++;
            }

            return null;
        }
    }
}
