using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataPlatform.Core.Protocol;
using Google.Protobuf;

namespace DataPlatform.Core.Pool.Recording;

/// <summary>Commands, events and outcomes as text: one line of JSON, the same for the same.</summary>
public static class RecordingText
{
    private const int SumBytes = 8;

    /// <summary>The event's name and its members.</summary>
    public static string Of(PoolEvent happened) => Of((object)happened);

    /// <summary>The command's name and its members.</summary>
    public static string Of(PoolCommand command) => Of((object)command);

    /// <summary>A refusal with its reason, else the name of the outcome.</summary>
    public static string Of(PoolOutcome outcome) => outcome is PoolOutcome.Refused(var kind, var message) ? $"{kind}: {Whole(message)}" : outcome.GetType().Name;

    /// <summary>The message's kind, its stream and its members.</summary>
    public static string Of(PoolEffect effect) => Of((object)effect);

    /// <summary>
    /// Another one for another message, stream or kind. A recording holds this instead of the message, which says again what the
    /// decision's events say.
    /// </summary>
    internal static string SumOf(PoolEffect effect)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (stream, message) = effect switch
        {
            PoolEffect.ToScheduler(var to, var news) => (to, (IMessage)news),
            PoolEffect.ToAgent(var to, var news) => (to, news),
            PoolEffect.CloseSchedulerStream(var to) => (to, null),
            PoolEffect.CloseAgentStream(var to) => (to, null),
            _ => throw new InvalidOperationException($"No rule sums {effect.GetType().Name}"),
        };
        hash.AppendData(Encoding.UTF8.GetBytes($"{effect.GetType().Name} {stream}\n"));
        // As JSON: whether a default was given or left out is lost in the recording of the command, and means nothing.
        hash.AppendData(message is null ? [] : MessageCodec.Json.Encode(message));
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, SumBytes));
    }

    /// <exception cref="JsonException">It is no command, or one of a newer version.</exception>
    internal static PoolCommand ReadCommand(JsonElement element)
    {
        var member = element.ValueKind == JsonValueKind.Object ? element.EnumerateObject().FirstOrDefault() : default;
        return Commands.TryGetValue(member.Value.ValueKind == JsonValueKind.Undefined ? "" : member.Name, out var type)
            && member.Value.Deserialize(type, RecordingJson.Options) is PoolCommand command
                ? command
                : throw new JsonException("it holds no command that this version knows");
    }

    /// <summary>A refusal may name one half of a character, which no file can hold.</summary>
    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static Dictionary<string, Type> Commands { get; } = typeof(PoolCommand).GetNestedTypes().ToDictionary(type => type.Name, StringComparer.Ordinal);

    private static string Of(object what) => $"{{\"{what.GetType().Name}\":{JsonSerializer.Serialize(what, what.GetType(), RecordingJson.Options)}}}";
}
