using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Charts;

/// <summary>Reads what Prometheus answers to a question over a span of time. Pure.</summary>
public static class QueryAnswer
{
    private const int LongestTitle = 80;
    private const int LongestReason = 300;

    /// <summary>What is the same for all series of a cluster, or says no more than the pod.</summary>
    private static readonly HashSet<string> Untold = new(StringComparer.Ordinal) { "__name__", "cluster", "package", "job", "instance" };

    /// <exception cref="FormatException">It is no answer; the message says why.</exception>
    public static IReadOnlyList<ChartSeriesView> Series(string title, string text, ChartSpan span)
    {
        try
        {
            var answer = JsonNode.Parse(text);
            return answer?["data"]?["result"] is JsonArray result && answer["data"]!["resultType"]?.GetValue<string>() == "matrix"
                ? [.. result.Select(series => new ChartSeriesView(Title(title, series!["metric"]!.AsObject()), Values(series["values"]!.AsArray(), span))).OrderBy(series => series.Title, StringComparer.Ordinal)]
                : throw new FormatException("what it answers has no series");
        }
        catch (Exception odd) when (odd is JsonException or InvalidOperationException or NullReferenceException or OverflowException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw new FormatException("what it answers can't be read", odd);
        }
    }

    /// <summary>Why it refuses a question; null when it does not say.</summary>
    public static string? Refusal(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject said && said["error"] is JsonValue error && error.TryGetValue<string>(out var why) ? Short(why, LongestReason) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Title(string title, JsonObject labels) =>
        Short(string.Join(' ', labels.Where(label => !Untold.Contains(label.Key)).OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => label.Value?.ToString()).Prepend(title)), LongestTitle);

    private static double?[] Values(JsonArray points, ChartSpan span)
    {
        var values = new double?[span.Points];
        foreach (var point in points)
        {
            var place = Math.Round((point![0]!.GetValue<double>() - span.From.ToUnixTimeSeconds()) / span.Step.TotalSeconds);
            if (place >= 0 && place < values.Length && double.TryParse(point[1]!.GetValue<string>(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
                values[(int)place] = value;
        }

        return values;
    }

    private static string Short(string text, int longest) => text.Length > longest ? $"{text[..longest]}…" : text;
}
