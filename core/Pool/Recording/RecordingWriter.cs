using System.Text;
using System.Text.Json;
using DataPlatform.Core.Pool.Journal;

namespace DataPlatform.Core.Pool.Recording;

/// <summary>Turns what a master does into the lines of its recording. What may be a secret is masked.</summary>
/// <param name="maskKey">At random, for this recording alone; to be kept nowhere.</param>
/// <param name="mostBytes">Of all lines together. What would go beyond is not written, and the last line says so.</param>
public sealed class RecordingWriter(byte[] maskKey, long mostBytes = long.MaxValue)
{
    /// <summary>For the line that says why a recording ends.</summary>
    private const int Reserve = 1_024;

    private long written;

    private readonly SecretMask mask = new(maskKey);
    private readonly RecordingChain chain = new();

    /// <summary>The last line was written: nothing more is to come.</summary>
    public bool IsOver { get; private set; }

    public byte[] Begin(PoolState state) =>
        Line("began", new RecordingEntry.Began(RecordingEntry.Began.Current, state.Master, state.Settings, state.StartTime));

    /// <summary>An event that the state was brought to before its first turn.</summary>
    public byte[] Recover(PoolEvent happened, DateTimeOffset start)
    {
        var record = mask.Mask(PoolRecord.Parser.ParseFrom(PoolRecords.Encode(happened, start)));
        return Line("recovered", new RecordingEntry.Recovered(Google.Protobuf.MessageExtensions.ToByteArray(record)));
    }

    /// <returns>Null for what changed nothing and nobody asked for.</returns>
    public byte[]? Decide(DateTimeOffset now, PoolCommand command, Decision decision)
    {
        if (decision.Events.Count == 0 && decision.Effects.Count == 0 && command is PoolCommand.Tick)
            return null;
        var text = new StringBuilder("{\"decided\":{\"now\":").Append(JsonSerializer.Serialize(now))
            .Append(",\"command\":").Append(RecordingText.Of(mask.Mask(command)))
            .Append(",\"outcome\":").Append(JsonSerializer.Serialize(RecordingText.Of(decision.Outcome), RecordingJson.Options)).Append(",\"events\":[");
        foreach (var (index, happened) in decision.Events.Index())
            text.Append(index == 0 ? "" : ",").Append(RecordingText.Of(mask.Mask(happened)));
        text.Append("],\"messages\":[");
        foreach (var (index, effect) in decision.Effects.Index())
            text.Append(index == 0 ? "\"" : ",\"").Append(RecordingText.SumOf(mask.Mask(effect))).Append('"');
        return Line(text.Append("]}}").ToString());
    }

    public byte[] End(string reason)
    {
        if (IsOver)
            return [];
        IsOver = true;
        return Chained($"{{\"ended\":{JsonSerializer.Serialize(new RecordingEntry.Ended(reason), RecordingJson.Options)}}}");
    }

    private byte[] Line<T>(string name, T entry) => Line($"{{\"{name}\":{JsonSerializer.Serialize(entry, RecordingJson.Options)}}}");

    private byte[] Line(string text)
    {
        if (IsOver)
            return [];
        return written + Encoding.UTF8.GetByteCount(text) + RecordingChain.SumLength > mostBytes - Reserve
            ? End($"the bound of {mostBytes} bytes is reached")
            : Chained(text);
    }

    private byte[] Chained(string text)
    {
        var line = Encoding.UTF8.GetBytes($"{chain.Next(text)} {text}\n");
        written += line.Length;
        return line;
    }
}
