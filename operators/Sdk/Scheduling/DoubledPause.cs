namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>How long to wait after something has failed so many times: twice as long each time, up to the longest. Pure.</summary>
internal static class DoubledPause
{
    /// <summary>The longest is reached long before; without a bound, what fails for days would wait for longer than a time span can hold.</summary>
    private const int MostDoublings = 30;

    /// <param name="times">At least 1.</param>
    public static TimeSpan After(int times, TimeSpan first, TimeSpan longest)
    {
        var pause = first * Math.Pow(2, Math.Min(times - 1, MostDoublings));
        return pause < longest ? pause : longest;
    }
}
