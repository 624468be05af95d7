using System.Globalization;

namespace DataPlatform.Services.Cli;

/// <summary>Durations as people and Mesos write them.</summary>
public static class DurationText
{
    public const string Allowed = "a whole number and a unit, such as 90s, 45m, 8h or 2d";

    /// <returns>Null when <paramref name="text"/> is no positive duration of at most 365 days.</returns>
    public static TimeSpan? Parse(string text)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        if (digits is 0 or > 9 || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0) return null;
        long? seconds = text[digits..] switch
        {
            "s" or "secs" => 1,
            "m" or "mins" => 60,
            "h" or "hrs" => 3600,
            "d" or "days" => 86_400,
            "w" or "weeks" => 604_800,
            _ => null,
        };
        return seconds is { } unit && count * unit <= 365L * 86_400 ? TimeSpan.FromSeconds(count * unit) : null;
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
