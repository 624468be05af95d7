using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Agent.Isolation;

/// <summary>What a task may use. Exact: cpus in thousandths, memory in bytes; null where there is no bound.</summary>
/// <param name="CpuRequestMillis">Its part when the host is busy.</param>
/// <param name="CpuLimitMillis">Its most even when the host is idle.</param>
public sealed record ContainerLimits(long? CpuRequestMillis, long? CpuLimitMillis, long? MemoryBytes, long? Processes)
{
    private const long BytesPerMebibyte = 1024 * 1024;

    /// <param name="enforceCpu">Bound the cpu by the request also where the task sets no limit of its own.</param>
    public static ContainerLimits Of(TaskInfo task, bool enforceCpu, long processes)
    {
        var cpu = Sum(task, "cpus") is { } cpus ? (long?)Math.Round(cpus * 1000) : null;
        var memory = Sum(task, "mem");
        long? cpuLimit = enforceCpu ? cpu : null;
        if (task.Limits.TryGetValue("cpus", out var limit))
            cpuLimit = double.IsFinite(limit.Value) ? (long)Math.Round(limit.Value * 1000) : null;
        if (task.Limits.TryGetValue("mem", out limit))
            memory = double.IsFinite(limit.Value) ? limit.Value : null;
        return new ContainerLimits(
            cpu, cpuLimit, memory is { } megabytes ? (long)(megabytes * BytesPerMebibyte) : null, processes > 0 ? processes : null);
    }

    private static double? Sum(TaskInfo task, string name)
    {
        var sum = task.Resources.Where(each => each.Name == name && each.Scalar is not null).Sum(each => each.Scalar.Value);
        return sum > 0 ? sum : null;
    }
}
