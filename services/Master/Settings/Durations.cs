using System.Globalization;

namespace DataPlatform.Services.Master.Settings;

/// <summary>Durations as Mesos writes them: 500ms, 15secs, 1mins, 2hrs.</summary>
internal static class Durations
{
    private static readonly (string Unit, double Milliseconds)[] Units =
    [
        ("ns", 1e-6), ("us", 1e-3), ("ms", 1), ("secs", 1e3), ("mins", 6e4), ("hrs", 3.6e6), ("days", 8.64e7), ("weeks", 6.048e8),
    ];

    public static TimeSpan? Parse(string text)
    {
        foreach (var (unit, milliseconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal))
                continue;
            if (double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * milliseconds < TimeSpan.MaxValue.TotalMilliseconds)
                return TimeSpan.FromMilliseconds(number * milliseconds);
        }

        return null;
    }
}
