using System.Collections;
using System.Collections.Concurrent;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace DataPlatform.Core.Protocol.Extensions;

/// <summary>Secrets by value in messages, wherever they are: for their task alone. Whatever is shown or kept has gone through <see cref="WithoutSecrets"/>.</summary>
public static class Secrets
{
    /// <summary>Of all secrets of one task.</summary>
    public const int MostBytes = 512 * 1024;

    private static readonly ConcurrentDictionary<MessageDescriptor, bool> Holding = new();

    public static Secret ByValue(string value) => new() { Type = Secret.Types.Type.Value, Value = new Secret.Types.Value { Data = ByteString.CopyFromUtf8(value) } };

    /// <summary>The message itself where it has no secret; otherwise a copy in which their values are empty.</summary>
    public static T WithoutSecrets<T>(this T message)
        where T : class, IMessage<T>
    {
        if (In(message).All(secret => secret.Value is not { Data.IsEmpty: false }))
            return message;
        var copy = message.Clone();
        foreach (var secret in In(copy).Where(secret => secret.Value is not null))
            secret.Value.Data = ByteString.Empty;
        return copy;
    }

    /// <summary>Why the task's secrets are not taken, with the field; null when they are.</summary>
    public static string? WhyNot(TaskInfo task)
    {
        var bytes = In(task).Sum(secret => (long)(secret.Value?.Data.Length ?? 0));
        return bytes <= MostBytes ? null : $"its secrets have {bytes} bytes together; at most {MostBytes} are allowed";
    }

    /// <summary>Why nothing can be made of this one; null when something can.</summary>
    public static string? WhyNot(Secret? secret) => secret is { Type: Secret.Types.Type.Value, Value: not null }
        ? null
        : "is no secret by value (type VALUE with value.data); there is no store that others could come from";

    private static IEnumerable<Secret> In(IMessage message)
    {
        if (message is Secret found)
            return [found];
        return message.Descriptor.Fields.InFieldNumberOrder().Where(field => field.FieldType == FieldType.Message && MayHold(field.MessageType))
            .SelectMany(field => Values(field.Accessor.GetValue(message))).SelectMany(In);
    }

    private static IEnumerable<IMessage> Values(object? field) => field switch
    {
        null => [],
        IDictionary map => map.Values.OfType<IMessage>(),
        IList list => list.OfType<IMessage>(),
        _ => [(IMessage)field],
    };

    private static bool MayHold(MessageDescriptor type) => Holding.GetOrAdd(type, static one => MayHold(one, []));

    private static bool MayHold(MessageDescriptor type, HashSet<MessageDescriptor> seen) => type == Secret.Descriptor
        || (seen.Add(type) && type.Fields.InFieldNumberOrder().Any(field => field.FieldType == FieldType.Message && MayHold(field.MessageType, seen)));
}
