namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>How long clusters live.</summary>
public static class Lifetime
{
    public const string Allowed = "from 60 seconds to 30 days (2592000 seconds)";

    public static TimeSpan Least { get; } = TimeSpan.FromMinutes(1);

    public static TimeSpan Most { get; } = TimeSpan.FromDays(30);

    /// <summary>People are warned when less than this is left, or a tenth of a life that is shorter than five hours.</summary>
    public static TimeSpan Warning { get; } = TimeSpan.FromMinutes(30);

    public static bool IsAllowed(long seconds) => seconds >= Least.TotalSeconds && seconds <= Most.TotalSeconds;

    public static bool EndsSoon(DateTimeOffset createdAt, DateTimeOffset expiresAt, DateTimeOffset now)
    {
        var tenth = (expiresAt - createdAt) / 10;
        return expiresAt - now <= (tenth < Warning ? tenth : Warning);
    }

    /// <summary>The end after an extension by <paramref name="seconds"/>, counted from now at the earliest; null when that is too far away.</summary>
    public static DateTimeOffset? Extended(DateTimeOffset expiresAt, DateTimeOffset now, long seconds)
    {
        if (seconds < Least.TotalSeconds || seconds > Most.TotalSeconds) return null;
        var end = (expiresAt > now ? expiresAt : now).AddSeconds(seconds);
        return end - now > Most ? null : end;
    }
}
