using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>When a task that failed is started again: soon, then later, then not any more. Pure.</summary>
internal static class Relaunching
{
    /// <summary>So many failures in a row are taken for a defect that another start won't mend.</summary>
    public const int MostFailures = 6;

    /// <summary>What runs once and fails is most likely wrong itself; a second try tells.</summary>
    public const int MostFailuresOfRunsOnce = 2;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);

    public static bool ServedLong(TaskRow row) => row.ReadyAt is { } ready && row.EndedAt is { } ended && ended - ready >= Long;

    /// <param name="failures">Of one task, the latest first.</param>
    /// <returns>When it may start; null for never.</returns>
    public static DateTimeOffset? NotBefore(IReadOnlyList<TaskRow> failures, bool runsOnce)
    {
        if (failures.Count == 0)
            return DateTimeOffset.MinValue;
        if (failures.Count >= (runsOnce ? MostFailuresOfRunsOnce : MostFailures))
            return null;
        return failures[0].EndedAt + DoubledPause.After(failures.Count, FirstPause, LongestPause);
    }
}
