using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Isolation;

/// <summary>cgroup v1: one tree for each controller, the freezer among them.</summary>
public sealed class CgroupV1Isolation : ContainerIsolation
{
    private const int PeriodMicroseconds = 100_000;
    private const string MemoryLimit = "memory.limit_in_bytes";
    private const string SwapLimit = "memory.memsw.limit_in_bytes";
    private static readonly string[] Wanted = ["freezer", "cpu", "memory", "pids"];
    private readonly Dictionary<string, string> mounts;
    private readonly string group;

    private CgroupV1Isolation(Dictionary<string, string> mounts, string group)
    {
        this.mounts = mounts;
        this.group = group;
    }

    public override string Name => "cgroup-v1";

    public override string Shortcomings => string.Join(", ", Wanted.Where(each => !mounts.ContainsKey(each)).Select(each => $"no {each} controller"));

    /// <summary>Null, with the reason, when not even the freezer can be used.</summary>
    /// <param name="mounts">Controller to where its tree is mounted.</param>
    /// <param name="group">Path of this agent's group below each root.</param>
    public static CgroupV1Isolation? Open(IReadOnlyDictionary<string, string> mounts, string group, out string reason)
    {
        var usable = new Dictionary<string, string>(StringComparer.Ordinal);
        reason = "";
        foreach (var controller in Wanted)
        {
            if (!mounts.TryGetValue(controller, out var mount))
                continue;
            try
            {
                Directory.CreateDirectory(Path.Combine(mount, group));
                usable[controller] = mount;
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                reason = problem.Message;
            }
        }

        if (usable.ContainsKey("freezer"))
            return new CgroupV1Isolation(usable, group);
        reason = reason.Length > 0 ? reason : "no freezer controller is mounted";
        return null;
    }

    public override void Prepare(string containerId, ContainerLimits limits)
    {
        foreach (var controller in mounts.Keys)
            Directory.CreateDirectory(Of(controller, containerId)!);
        LimitCpu(containerId, limits);
        if (Of("memory", containerId) is { } counted && Path.Combine(counted, "memory.use_hierarchy") is var hierarchy && File.Exists(hierarchy) && CgroupFiles.Number(hierarchy) == 0)
            CgroupFiles.Write(hierarchy, 1); // Older kernels would not count what is used by groups below it.
        if (limits.MemoryBytes is { } bytes && Of("memory", containerId) is { } memory)
        {
            CgroupFiles.Write(Path.Combine(memory, MemoryLimit), bytes);
            // Where the kernel counts swap: none beyond the memory.
            if (Path.Combine(memory, SwapLimit) is var swap && File.Exists(swap))
                CgroupFiles.Write(swap, bytes);
        }

        if (limits.Processes is { } processes && Of("pids", containerId) is { } pids)
            CgroupFiles.Write(Path.Combine(pids, "pids.max"), processes);
    }

    public override void Resize(string containerId, ContainerLimits limits)
    {
        if (Joins(containerId).Count == 0)
            return;
        LimitCpu(containerId, limits);
        if (limits.MemoryBytes is not { } bytes || Of("memory", containerId) is not { } memory || CgroupFiles.Number(Path.Combine(memory, MemoryLimit)) >= bytes)
            return;
        // The one that includes the other first: the kernel refuses more memory than memory and swap.
        if (Path.Combine(memory, SwapLimit) is var swap && File.Exists(swap))
            CgroupFiles.Write(swap, bytes);
        CgroupFiles.Write(Path.Combine(memory, MemoryLimit), bytes);
    }

    private void LimitCpu(string containerId, ContainerLimits limits)
    {
        if (Of("cpu", containerId) is { } cpu)
        {
            if (limits.CpuRequestMillis is { } request)
                CgroupFiles.Write(Path.Combine(cpu, "cpu.shares"), Shares(request));
            if (limits.CpuLimitMillis is { } limit)
            {
                CgroupFiles.Write(Path.Combine(cpu, "cpu.cfs_period_us"), PeriodMicroseconds);
                CgroupFiles.Write(Path.Combine(cpu, "cpu.cfs_quota_us"), Math.Max(1000, limit * PeriodMicroseconds / 1000));
            }
        }
    }

    public override IReadOnlyList<string> Joins(string containerId) =>
        mounts.Keys.Select(controller => Path.Combine(Of(controller, containerId)!, "cgroup.procs")).Where(File.Exists).ToList();

    // Of every tree: who has got out of one of them is still in another.
    public override IReadOnlyList<int> Members(string containerId, int? supervisor) => mounts.Keys
        .SelectMany(controller => CgroupFiles.Processes(Of(controller, containerId)!)).Where(pid => pid != supervisor).Distinct().ToList();

    public override void Freeze(string containerId) => SetFreezer(containerId, "FROZEN");

    public override void Thaw(string containerId) => SetFreezer(containerId, "THAWED");

    public override long OutOfMemoryKills(string containerId) =>
        Of("memory", containerId) is { } memory ? CgroupFiles.Counter(Path.Combine(memory, "memory.oom_control"), "oom_kill") : 0;

    public override void Remove(string containerId)
    {
        foreach (var controller in mounts.Keys)
            CgroupFiles.Remove(Of(controller, containerId)!);
    }

    public override void PrepareWithin(string nested)
    {
        foreach (var controller in mounts.Keys)
            CgroupFiles.Make(Of(controller, nested)!);
    }

    public override IReadOnlyList<string> Inside(string containerId) =>
        mounts.Keys.SelectMany(controller => CgroupFiles.Nested(Of(controller, containerId)!, NestedPrefix)).Distinct().Select(name => $"{containerId}/{name}").ToList();

    public override IReadOnlyList<string> Leftovers() => mounts.Values
        .SelectMany(mount => Folders.In(Path.Combine(mount, group))).Select(path => Path.GetFileName(path)).Distinct().ToList();

    protected override void Dispose(bool disposing)
    {
        foreach (var mount in mounts.Values)
            CgroupFiles.RemoveEmptyPath(mount, group);
        base.Dispose(disposing);
    }

    /// <summary>1024 shares for a whole cpu, at least the kernel's minimum.</summary>
    internal static long Shares(long cpuMillis) => Math.Clamp(cpuMillis * 1024 / 1000, 2, 262_144);

    private void SetFreezer(string containerId, string state)
    {
        var file = Path.Combine(Of("freezer", containerId)!, "freezer.state");
        if (File.Exists(file))
            CgroupFiles.Write(file, state);
    }

    private string? Of(string controller, string containerId) =>
        mounts.TryGetValue(controller, out var mount) ? Path.Combine(mount, group, containerId) : null;
}
