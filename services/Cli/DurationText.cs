using System.Globalization;

namespace DataPlatform.Services.Cli;

/// <summary>Durations as people and Mesos write them.</summary>
public static class DurationText
{
    public const string Allowed = "a whole number and a unit, such as 90s, 45m, 8h or 2d";

    /// <summary>What is longer is taken as this: whoever is asked for so much refuses it with the bound that holds there.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <returns>Null when <paramref name="text"/> is no positive duration.</returns>
    public static TimeSpan? Parse(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (text.AsSpan(0, digits).TrimStart('0').IsEmpty) return null;
        var count = decimal.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : decimal.MaxValue;
        long? seconds = text[digits..] switch
        {
            "s" or "secs" => 1,
            "m" or "mins" => 60,
            "h" or "hrs" => 3600,
            "d" or "days" => 86_400,
            "w" or "weeks" => 604_800,
            _ => null,
        };
        return seconds is { } unit ? TimeSpan.FromSeconds((long)(Math.Min(count, (decimal)Longest.TotalSeconds / unit) * unit)) : null;
    }

    /// <summary>Two units at most: <c>7h 59m</c>, <c>2.4 s</c>.</summary>
    public static string Short(TimeSpan span) => span switch
    {
        { Ticks: < 0 } => "0 s",
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
        { TotalHours: < 1 } => $"{span.Minutes}m {span.Seconds}s",
        { TotalDays: < 2 } => $"{(int)span.TotalHours}h {span.Minutes}m",
        _ => $"{(int)span.TotalDays}d {span.Hours}h",
    };
}
