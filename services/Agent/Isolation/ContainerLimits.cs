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
        var limits = Of(task.Resources, enforceCpu, processes);
        if (task.Limits.TryGetValue("cpus", out var limit))
            limits = limits with { CpuLimitMillis = double.IsFinite(limit.Value) ? (long)Math.Round(limit.Value * 1000) : null };
        if (task.Limits.TryGetValue("mem", out limit))
            limits = limits with { MemoryBytes = double.IsFinite(limit.Value) ? (long)(limit.Value * BytesPerMebibyte) : null };
        return limits;
    }

    /// <param name="resources">All of which the container has.</param>
    /// <param name="enforceCpu">Bound the cpu by the request.</param>
    public static ContainerLimits Of(IReadOnlyCollection<Resource> resources, bool enforceCpu, long processes)
    {
        var cpu = Sum(resources, "cpus") is { } cpus ? (long?)Math.Round(cpus * 1000) : null;
        return new ContainerLimits(
            cpu, enforceCpu ? cpu : null, Sum(resources, "mem") is { } megabytes ? (long)(megabytes * BytesPerMebibyte) : null, processes > 0 ? processes : null);
    }

    private static double? Sum(IEnumerable<Resource> resources, string name)
    {
        var sum = resources.Where(each => each.Name == name && each.Scalar is not null).Sum(each => each.Scalar.Value);
        return sum > 0 ? sum : null;
    }
}
