using System.Text.Json;

namespace DataPlatform.Core.Pool.Recording;

/// <summary>Reads a recording line by line.</summary>
public sealed class RecordingReader
{
    private readonly RecordingChain chain = new();

    /// <summary>The line that was read last, from 1.</summary>
    public long Line { get; private set; }

    /// <exception cref="RecordingException">The line was changed, is not whole or is of another version.</exception>
    public RecordingEntry Read(string line)
    {
        Line++;
        if (line.Length <= RecordingChain.SumLength || line[RecordingChain.SumLength] != ' ')
            throw new RecordingException(Line, "it is no line of a recording, or not a whole one");
        var text = line[(RecordingChain.SumLength + 1)..];
        if (!line.AsSpan(0, RecordingChain.SumLength).SequenceEqual(chain.Next(text)))
            throw new RecordingException(Line, "its sum is another than it says: this line was changed, or one before it was changed, left out or put in");
        try
        {
            using var document = JsonDocument.Parse(text);
            return Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or NotSupportedException)
        {
            throw new RecordingException(Line, $"it can't be read: {error.Message}");
        }
    }

    private RecordingEntry Read(JsonElement root)
    {
        var member = root.EnumerateObject().First();
        return member.Name switch
        {
            "began" when member.Value.GetProperty("version").GetInt32() is var version and not RecordingEntry.Began.Current =>
                throw new RecordingException(Line, $"it is of version {version}; this dp reads version {RecordingEntry.Began.Current}"),
            "began" => Deserialized<RecordingEntry.Began>(member.Value),
            "recovered" => Deserialized<RecordingEntry.Recovered>(member.Value),
            "decided" => new RecordingEntry.Decided(
                member.Value.GetProperty("now").GetDateTimeOffset(), RecordingText.ReadCommand(member.Value.GetProperty("command")),
                member.Value.GetProperty("outcome").GetString() ?? "", [.. member.Value.GetProperty("events").EnumerateArray().Select(each => each.GetRawText())],
                [.. member.Value.GetProperty("messages").EnumerateArray().Select(each => each.GetString() ?? "")]),
            "ended" => Deserialized<RecordingEntry.Ended>(member.Value),
            _ => throw new RecordingException(Line, "it is of a kind that this version does not know"),
        };
    }

    private static T Deserialized<T>(JsonElement element) => element.Deserialize<T>(RecordingJson.Options) ?? throw new JsonException("it is empty");
}
