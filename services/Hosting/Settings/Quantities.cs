using System.Globalization;

namespace DataPlatform.Services.Hosting.Settings;

/// <summary>Durations and sizes as Mesos writes them: <c>500ms</c>, <c>15secs</c>, <c>1weeks</c>; <c>10MB</c>, <c>2GB</c>.</summary>
public static class Quantities
{
    public const string DurationExamples = "500ms, 15secs, 1mins, 2hrs";
    public const string SizeExamples = "10MB, 2GB";

    /// <summary>About 300 years: what a time span holds.</summary>
    private const double MostSeconds = 1e10;

    private static readonly (string Unit, double Seconds)[] DurationUnits =
    [
        ("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("secs", 1), ("mins", 60), ("hrs", 3600), ("days", 86_400), ("weeks", 604_800),
    ];

    private static readonly (string Unit, long Bytes)[] SizeUnits =
    [
        ("TB", 1L << 40), ("GB", 1L << 30), ("MB", 1L << 20), ("KB", 1L << 10), ("B", 1),
    ];

    public static string DurationAllowed { get; } =
        $"a number and one of {string.Join(", ", DurationUnits.Select(each => each.Unit))}, such as {DurationExamples}";

    public static string SizeAllowed { get; } = $"a number and one of {string.Join(", ", SizeUnits.Select(each => each.Unit))}, such as {SizeExamples}";

    /// <summary>Null when it is none.</summary>
    public static TimeSpan? Duration(string text)
    {
        foreach (var (unit, seconds) in DurationUnits)
        {
            // The digits before it tell a unit from one that ends like it.
            if (text.EndsWith(unit, StringComparison.Ordinal) && Number(text[..^unit.Length]) is { } value && value * seconds <= MostSeconds)
                return TimeSpan.FromSeconds(value * seconds);
        }

        return null;
    }

    /// <summary>As <see cref="Duration"/> reads it, in whole minutes or in seconds.</summary>
    public static string DurationText(TimeSpan duration) => duration > TimeSpan.Zero && duration.Ticks % TimeSpan.TicksPerMinute == 0
        ? (duration.Ticks / TimeSpan.TicksPerMinute).ToString(CultureInfo.InvariantCulture) + "mins"
        : duration.TotalSeconds.ToString("0.#######", CultureInfo.InvariantCulture) + "secs";

    /// <summary>In bytes; null when it is none.</summary>
    public static long? Size(string text)
    {
        foreach (var (unit, bytes) in SizeUnits)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && Number(text[..^unit.Length]) is { } value && value * bytes < long.MaxValue / 2)
                return (long)(value * bytes);
        }

        return null;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : null;
}
