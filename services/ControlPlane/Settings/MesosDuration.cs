using System.Globalization;

namespace DataPlatform.Services.ControlPlane.Settings;

/// <summary>Durations as Mesos writes them: <c>15secs</c>, <c>1.5hrs</c>, <c>500ms</c>.</summary>
public static class MesosDuration
{
    private static readonly (string Unit, double Seconds)[] Units =
    [
        ("weeks", 604_800), ("days", 86_400), ("hrs", 3_600), ("mins", 60), ("secs", 1), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9),
    ];

    public const string Allowed = "a number and a unit: ns, us, ms, secs, mins, hrs, days or weeks, such as 15mins";

    public static bool TryParse(string text, out TimeSpan duration)
    {
        foreach (var (unit, seconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            var valid = double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * seconds < 1e9;
            duration = valid ? TimeSpan.FromSeconds(number * seconds) : default;
            return valid;
        }

        duration = default;
        return false;
    }
}
