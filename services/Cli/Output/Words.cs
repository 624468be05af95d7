using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Output;

/// <summary>Values as people read them.</summary>
public static class Words
{
    public static string Cpus(long milliCpus) => (milliCpus / 1000m).ToString("0.###", CultureInfo.InvariantCulture);

    public static string Mebibytes(long mebibytes) =>
        mebibytes >= 1024 ? string.Create(CultureInfo.InvariantCulture, $"{mebibytes / 1024m:0.#} GiB") : $"{mebibytes} MiB";

    public static string Amounts(AmountsView amounts) => $"{Cpus(amounts.MilliCpus)} cpus, {Mebibytes(amounts.MemoryMebibytes)}";

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

    public static string Moment(DateTimeOffset moment) => moment.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
