using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Output;

/// <summary>Values as people read them.</summary>
public static class Words
{
    public static string Cpus(long milliCpus) => (milliCpus / 1000m).ToString("0.###", CultureInfo.InvariantCulture);

    public static string Mebibytes(long mebibytes) =>
        mebibytes >= 1024 ? string.Create(CultureInfo.InvariantCulture, $"{mebibytes / 1024m:0.#} GiB") : $"{mebibytes} MiB";

    /// <summary>Disk is said where there is nothing else, as of what is parked.</summary>
    public static string Amounts(AmountsView amounts) => amounts is { MilliCpus: 0, MemoryMebibytes: 0, DiskMebibytes: > 0 }
        ? $"{Mebibytes(amounts.DiskMebibytes)} of disk"
        : $"{Cpus(amounts.MilliCpus)} cpus, {Mebibytes(amounts.MemoryMebibytes)}";

    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024m:0.#} KiB"),
        < 1024L * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576m:0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824m:0.##} GiB"),
    };

    /// <summary>Mesos's name of a task's state without its prefix, in small letters.</summary>
    public static string TaskState(string state) =>
        (state.StartsWith("TASK_", StringComparison.Ordinal) ? state[5..] : state).ToLowerInvariant().Replace('_', ' ');

    public static string State(ClusterState state) => state.ToString().ToLowerInvariant();

    public static string State(StepState state) => state.ToString().ToLowerInvariant();

    /// <summary>In a list; empty where nothing is said.</summary>
    public static string Activity(ActivityView? activity, DateTimeOffset now) => activity switch
    {
        null => "",
        { State: ActivityState.Busy } => $"busy: {activity.Of}",
        { State: ActivityState.Idle } => Last(activity, now),
        _ => "unknown (counts as busy)",
    };

    /// <summary>With the reason of what is not known.</summary>
    public static string ActivityWithReason(ActivityView activity, DateTimeOffset now) => activity switch
    {
        { State: ActivityState.Idle } => $"idle, last activity {Last(activity, now)}",
        { State: ActivityState.Unknown } => $"not known, which counts as busy: {activity.Reason}{(activity.LastAt is null ? "" : $"; last known {Last(activity, now)}")}",
        _ => Activity(activity, now),
    };

    private static string Last(ActivityView activity, DateTimeOffset now) => activity.LastAt is { } at ? $"{DurationText.Short(now - at)} ago: {activity.Of}" : "none yet";

    public static string Moment(DateTimeOffset moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
