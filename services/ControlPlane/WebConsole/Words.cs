using DataPlatform.Core.Client.ControlPlane;
using MudBlazor;

namespace DataPlatform.Services.ControlPlane.WebConsole;

/// <summary>Amounts, times and states in the words that people read.</summary>
public static class Words
{
    public static string Cpus(long milliCpus) => $"{milliCpus / 1000m:0.##}";

    public static string Mebibytes(long mebibytes) => mebibytes < 1024 ? $"{mebibytes} MiB" : $"{mebibytes / 1024m:0.#} GiB";

    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => $"{bytes / 1024m:0.#} KiB",
        < 1024L * 1024 * 1024 => $"{bytes / (1024m * 1024):0.#} MiB",
        _ => $"{bytes / (1024m * 1024 * 1024):0.##} GiB",
    };

    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 0 } => "0 s",
        { TotalSeconds: < 10 } => $"{duration.TotalSeconds:0.0} s",
        { TotalSeconds: < 120 } => $"{duration.TotalSeconds:0} s",
        { TotalMinutes: < 120 } => $"{Math.Floor(duration.TotalMinutes):0} min",
        { TotalHours: < 48 } => $"{Math.Floor(duration.TotalHours):0} h {duration.Minutes} min",
        _ => $"{Math.Floor(duration.TotalDays):0} days {duration.Hours} h",
    };

    /// <summary>What a cluster does or did last, short.</summary>
    public static string Activity(ActivityView activity, DateTimeOffset now) => activity switch
    {
        { State: ActivityState.Busy } => $"busy: {activity.Of}",
        { State: ActivityState.Idle, LastAt: { } at } => $"idle, {activity.Of} {Duration(now - at)} ago",
        _ => "activity not known",
    };

    /// <summary>Of a notice that says why a cluster is where it is.</summary>
    public static Severity Severity(ClusterState state) => state switch
    {
        ClusterState.Failed => MudBlazor.Severity.Error,
        ClusterState.Degraded => MudBlazor.Severity.Warning,
        _ => MudBlazor.Severity.Info,
    };

    public static Color Colour(ClusterState state) => state switch
    {
        ClusterState.Ready => Color.Success,
        ClusterState.Failed => Color.Error,
        ClusterState.Degraded => Color.Warning,
        ClusterState.Deleting or ClusterState.Deleted or ClusterState.Parking or ClusterState.Parked => Color.Default,
        _ => Color.Info,
    };

    /// <summary>Why not, short: of fields, the first.</summary>
    public static string Sentence(Problem problem) =>
        problem.Errors is { Count: > 0 } errors ? $"{errors[0].Message}; allowed: {errors[0].Allowed}" : problem.Detail ?? problem.Title;

    public static string Task(string state) => state.StartsWith("TASK_", StringComparison.Ordinal) ? state[5..].Replace('_', ' ').ToLowerInvariant() : state;

    public static Color TaskColour(string state) => state switch
    {
        "TASK_RUNNING" => Color.Success,
        "TASK_FAILED" or "TASK_ERROR" or "TASK_LOST" or "TASK_UNREACHABLE" or "TASK_GONE" or "TASK_DROPPED" => Color.Error,
        "TASK_FINISHED" or "TASK_KILLED" => Color.Default,
        _ => Color.Info,
    };
}
