using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataPlatform.Core.Pool.Recording;
using DataPlatform.Services.Cli.Output;
using DataPlatform.Services.Cli.Replaying;

namespace DataPlatform.Services.Cli.Commands;

public static class ReplayCommand
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(Surroundings surroundings)
    {
        var file = new Argument<string>("file") { Description = "Of the folder that the master's --record-dir names" };
        var framework = new Option<string?>("--framework") { Description = "Only decisions that name it", HelpName = "ID" };
        var agent = new Option<string?>("--agent") { Description = "Only decisions that name it", HelpName = "ID" };
        var from = Time("--from", "Only decisions from this time on");
        var to = Time("--to", "Only decisions up to this time");
        var all = new Option<bool>("--all") { Description = "Also decisions that only pass the time" };
        var messages = new Option<bool>("--messages") { Description = "Also what schedulers and agents were sent" };
        var command = new ExampledCommand("replay", "Decides again what a master recorded, shows it, and says where it differs; needs no master",
            "dp replay record/20260101T120000000-ID.turns --framework ID", "dp replay FILE --from 2026-01-01T12:00:00Z --to 2026-01-01T12:05:00Z -o json")
            { file, framework, agent, from, to, all, messages };
        command.SetAction((parsed, cancellation) =>
        {
            var filter = new DecisionFilter(parsed.GetValue(framework), parsed.GetValue(agent), parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(all));
            var path = parsed.GetRequiredValue(file);
            return parsed.WantsJson() ? WriteJsonAsync(surroundings, path, filter, parsed.GetValue(messages), cancellation) : WriteTextAsync(surroundings, path, filter, parsed.GetValue(messages), cancellation);
        });
        return command;
    }

    private static async Task<int> WriteTextAsync(Surroundings surroundings, string path, DecisionFilter filter, bool withMessages, CancellationToken cancellation)
    {
        var (recording, shown, output) = (new RecordedDecisions(path), 0L, surroundings.Output);
        await foreach (var decision in recording.ReplayAsync(cancellation))
        {
            if (!filter.Shows(decision))
                continue;
            shown++;
            foreach (var line in DecisionText.Lines(decision, withMessages).Concat(decision.Difference is { } differs ? DecisionText.Lines(differs) : []))
                await output.WriteLineAsync(line);
            if (decision.Difference is not null)
            {
                await surroundings.Error.WriteLineAsync($"dp: line {decision.Line} is decided in another way than was recorded; what follows it was not replayed");
                return ExitCode.Failed;
            }
        }

        if (recording.CutAt is { } cut)
            await output.WriteLineAsync($"Line {cut} is not whole: the master was killed, or writes on. What is before it was replayed.");
        await output.WriteLineAsync($"{recording.Replayed} decisions of {recording.Terms} {(recording.Terms == 1 ? "term" : "terms")}, each as recorded; {shown} shown."
            + (recording.Ended is { } reason ? $" The recording ends: {Rows.Printable(reason)}." : ""));
        return ExitCode.Done;
    }

    /// <summary>One document, written as it comes: a recording may be larger than what one wants to keep in memory.</summary>
    private static async Task<int> WriteJsonAsync(Surroundings surroundings, string path, DecisionFilter filter, bool withMessages, CancellationToken cancellation)
    {
        var (recording, output, first, same) = (new RecordedDecisions(path), surroundings.Output, true, true);
        await output.WriteAsync("{\"decisions\":[");
        await foreach (var decision in recording.ReplayAsync(cancellation))
        {
            same &= decision.Difference is null;
            if (!filter.Shows(decision))
                continue;
            await output.WriteAsync((first ? "\n" : ",\n") + Text(json => Write(json, decision, withMessages)));
            first = false;
        }

        await output.WriteLineAsync("\n]," + Text(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("same", same);
            json.WriteNumber("replayed", recording.Replayed);
            json.WriteNumber("terms", recording.Terms);
            if (recording.CutAt is { } cut)
                json.WriteNumber("cut_at_line", cut);
            if (recording.Ended is { } reason)
                json.WriteString("ended", reason);
            json.WriteEndObject();
        })[1..]);
        return same ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Write(Utf8JsonWriter json, ReplayedDecision decision, bool withMessages)
    {
        json.WriteStartObject();
        json.WriteNumber("line", decision.Line);
        json.WriteString("time", decision.Time);
        json.WritePropertyName("command");
        json.WriteRawValue(RecordingText.Of(decision.Command));
        json.WriteString("outcome", decision.Outcome);
        json.WriteStartArray("events");
        foreach (var happened in decision.Events)
        {
            json.WriteStartObject();
            json.WritePropertyName("event");
            json.WriteRawValue(happened.Json);
            if (happened.Reason is { } reason)
                json.WriteString("reason", reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (withMessages)
        {
            json.WriteStartArray("messages");
            foreach (var message in decision.Messages)
                json.WriteRawValue(RecordingText.Of(message.Effect));
            json.WriteEndArray();
        }

        if (decision.Difference is { } difference)
        {
            json.WriteStartObject("difference");
            if (difference.Part is not ReplayPart.Outcome)
                json.WriteNumber(difference.Part is ReplayPart.Event ? "event" : "message", difference.Index);
            json.WriteString("recorded", difference.Recorded);
            json.WriteString("decided", difference.Decided);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string Text(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Json))
            write(json);
        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return time;
            result.AddError($"{name} takes a time such as 2026-01-01T12:00:00Z, not '{text}'");
            return null;
        },
    };
}
