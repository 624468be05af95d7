using System.Collections;
using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Protocol;

/// <summary>Finds the first required field that a message, or one inside it, lacks.</summary>
internal static class RequiredFields
{
    /// <summary>Grows to the number of types that the protocol has.</summary>
    private static readonly ConcurrentDictionary<MessageDescriptor, Checked> Known = new();

    /// <summary>What of a type is looked at: a call is checked for each message, and most fields need no look.</summary>
    private sealed record Checked(FieldDescriptor[] Required, FieldDescriptor[] Inside);

    /// <exception cref="MessageFormatException">Names the first one that is missing.</exception>
    public static void Check(IMessage message)
    {
        if (!IsComplete(message) && FirstMissing(message, "") is { } path)
            throw new MessageFormatException($"The required field '{path}' is missing.");
    }

    private static bool IsComplete(IMessage message)
    {
        var (required, inside) = Of(message.Descriptor);
        foreach (var field in required)
        {
            if (!field.Accessor.HasValue(message))
                return false;
        }

        foreach (var field in inside)
        {
            switch (field.Accessor.GetValue(message))
            {
                case IMessage single:
                    if (!IsComplete(single))
                        return false;
                    break;
                case IDictionary map:
                    if (!AreComplete(map.Values))
                        return false;
                    break;
                case IList items:
                    if (!AreComplete(items))
                        return false;
                    break;
            }
        }

        return true;
    }

    private static bool AreComplete(ICollection items)
    {
        if (items.Count == 0)
            return true;
        foreach (var item in items)
        {
            if (item is IMessage inner && !IsComplete(inner))
                return false;
        }

        return true;
    }

    private static Checked Of(MessageDescriptor type) => Known.GetOrAdd(type, static type => new Checked(
        [.. type.Fields.InFieldNumberOrder().Where(static field => field.IsRequired)],
        [.. type.Fields.InFieldNumberOrder().Where(static field => field.FieldType == FieldType.Message && NeedsLook(Within(field), []))]));

    private static MessageDescriptor Within(FieldDescriptor field) => field.IsMap && field.MessageType.FindFieldByName("value") is { FieldType: FieldType.Message } value
        ? value.MessageType
        : field.MessageType;

    /// <summary>Whether the type, or any that it holds, has a required field.</summary>
    private static bool NeedsLook(MessageDescriptor type, HashSet<MessageDescriptor> seen) => seen.Add(type) && type.Fields.InFieldNumberOrder().Any(
        field => field.IsRequired || (field.FieldType == FieldType.Message && NeedsLook(Within(field), seen)));

    private static string? FirstMissing(IMessage message, string prefix)
    {
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            var path = prefix + field.Name;
            if (field.IsRequired && !field.Accessor.HasValue(message))
                return path;
            if (field.FieldType == FieldType.Message && MissingInside(message, field, path) is { } missing)
                return missing;
        }

        return null;
    }

    private static string? MissingInside(IMessage message, FieldDescriptor field, string path)
    {
        var value = field.Accessor.GetValue(message);
        if (value is IMessage single)
            return FirstMissing(single, path + ".");
        var items = value is IDictionary map ? map.Values : value as IEnumerable;
        var index = 0;
        foreach (var item in items ?? Array.Empty<object>())
        {
            if (item is IMessage inner && FirstMissing(inner, $"{path}[{index}].") is { } missing)
                return missing;
            index++;
        }

        return null;
    }
}
