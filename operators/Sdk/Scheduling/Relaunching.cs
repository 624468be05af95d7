using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>When a pod that failed is started again: soon, then later, then not any more. Pure.</summary>
internal static class Relaunching
{
    /// <summary>So many failures in a row are taken for a defect that another start won't mend.</summary>
    public const int MostFailures = 6;

    /// <summary>What runs once and fails is most likely wrong itself; a second try tells.</summary>
    public const int MostFailuresOfRunsOnce = 2;

    /// <summary>What no host could start is tried on others first.</summary>
    public const int MostLaunchFailures = 12;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);

    public static bool ServedLong(TaskRow row) => row.ReadyAt is { } ready && row.EndedAt is { } ended && ended - ready >= Long;

    /// <returns>Why the pod is not to be started now; null when it may be.</returns>
    public static Block? WhyNot(PodRecord record, bool runsOnce, DateTimeOffset now)
    {
        if (record.FailedAt is not { } failedAt || record.Failures + record.LaunchFailures == 0)
            return null;
        if (record.Failures >= (runsOnce ? MostFailuresOfRunsOnce : MostFailures))
            return new Block($"{record.Name} failed {record.Failures} times in a row: {record.FailureReason}", Final: true);
        if (record.LaunchFailures >= MostLaunchFailures)
            return new Block($"{record.Name} could not be started {record.LaunchFailures} times in a row: {record.FailureReason}", Final: true);
        var from = failedAt + DoubledPause.After(Math.Max(1, record.Failures), FirstPause, LongestPause);
        return from > now ? new Block($"{record.Name} failed ({record.FailureReason}) and is started again at {from:HH:mm:ss}", Final: false) : null;
    }
}

/// <param name="Final">Nothing but a person can mend it.</param>
internal sealed record Block(string Reason, bool Final);
