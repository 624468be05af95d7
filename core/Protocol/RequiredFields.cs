using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Protocol;

/// <summary>Finds the first required field that a message, or one inside it, lacks.</summary>
internal static class RequiredFields
{
    public static void Check(IMessage message)
    {
        if (!message.IsInitialized() && FirstMissing(message, "") is { } path)
            throw new MessageFormatException($"The required field '{path}' is missing.");
    }

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
