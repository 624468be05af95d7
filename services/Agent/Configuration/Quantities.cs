using System.Globalization;

namespace DataPlatform.Services.Agent.Configuration;

/// <summary>Durations and sizes as Mesos writes them: <c>500ms</c>, <c>15secs</c>, <c>1weeks</c>; <c>10MB</c>, <c>2GB</c>.</summary>
internal static class Quantities
{
    private static readonly (string Unit, double Seconds)[] DurationUnits =
    [
        ("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("secs", 1), ("mins", 60), ("hrs", 3600), ("days", 86_400), ("weeks", 604_800),
    ];

    private static readonly (string Unit, long Bytes)[] SizeUnits =
    [
        ("TB", 1L << 40), ("GB", 1L << 30), ("MB", 1L << 20), ("KB", 1L << 10), ("B", 1),
    ];

    /// <exception cref="ConfigurationException">Not a duration.</exception>
    public static TimeSpan Duration(string name, string text)
    {
        foreach (var (unit, seconds) in DurationUnits)
        {
            // "10secs" ends with no other unit, but "10ms" ends with "s" of none: units are told apart by the digits before them.
            if (text.EndsWith(unit, StringComparison.Ordinal) && Number(text[..^unit.Length]) is { } value && value * seconds <= 1e10)
                return TimeSpan.FromSeconds(value * seconds);
        }

        throw new ConfigurationException(
            $"--{name} '{text}' is not a duration: a number and one of {string.Join(", ", DurationUnits.Select(each => each.Unit))}");
    }

    /// <exception cref="ConfigurationException">Not a size.</exception>
    public static long Size(string name, string text)
    {
        foreach (var (unit, bytes) in SizeUnits)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && Number(text[..^unit.Length]) is { } value && value * bytes < long.MaxValue / 2)
                return (long)(value * bytes);
        }

        throw new ConfigurationException(
            $"--{name} '{text}' is not a size: a number and one of {string.Join(", ", SizeUnits.Select(each => each.Unit))}");
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : null;
}
