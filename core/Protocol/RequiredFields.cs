using System.Collections;
using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Protocol;

/// <summary>Finds the first required field that a message, or one inside it, lacks.</summary>
internal static class RequiredFields
{
    /// <summary>Grows to the number of types that the protocol has.</summary>
    private static readonly ConcurrentDictionary<MessageDescriptor, FieldDescriptor[]> Known = new();

    /// <exception cref="MessageFormatException">Names the first one that is missing.</exception>
    public static void Check(IMessage message)
    {
        if (FirstMissing(message) is { } path)
            throw new MessageFormatException($"The required field '{path}' is missing.");
    }

    private static string? FirstMissing(IMessage message)
    {
        foreach (var field in Checked(message.Descriptor))
        {
            if (field.IsRequired && !field.Accessor.HasValue(message))
                return field.Name;
            if (field.FieldType == FieldType.Message && MissingInside(message, field) is { } missing)
                return field.Name + missing;
        }

        return null;
    }

    private static string? MissingInside(IMessage message, FieldDescriptor field)
    {
        var value = field.Accessor.GetValue(message);
        if (value is IMessage single)
            return FirstMissing(single) is { } within ? "." + within : null;
        var items = value is IDictionary map ? map.Values : (ICollection?)(value as IList);
        if (items is not { Count: > 0 })
            return null;
        var index = 0;
        foreach (var item in items)
        {
            if (item is IMessage inner && FirstMissing(inner) is { } missing)
                return $"[{index}].{missing}";
            index++;
        }

        return null;
    }

    /// <summary>What of a type is looked at: every call is checked, and most fields need no look.</summary>
    private static FieldDescriptor[] Checked(MessageDescriptor type) => Known.GetOrAdd(type, static type =>
        [.. type.Fields.InFieldNumberOrder().Where(static field => field.IsRequired || IsWorthALook(field, []))]);

    private static bool IsWorthALook(FieldDescriptor field, HashSet<MessageDescriptor> seen) => field.FieldType == FieldType.Message && NeedsLook(Within(field), seen);

    private static MessageDescriptor Within(FieldDescriptor field) => field.IsMap && field.MessageType.FindFieldByName("value") is { FieldType: FieldType.Message } value
        ? value.MessageType
        : field.MessageType;

    /// <summary>Whether the type, or any that it holds, has a required field.</summary>
    private static bool NeedsLook(MessageDescriptor type, HashSet<MessageDescriptor> seen) => seen.Add(type) && type.Fields.InFieldNumberOrder().Any(
        field => field.IsRequired || IsWorthALook(field, seen));
}
