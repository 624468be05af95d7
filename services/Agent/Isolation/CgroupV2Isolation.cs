using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Isolation;

/// <summary>cgroup v2: one tree with all controllers.</summary>
public sealed class CgroupV2Isolation : ContainerIsolation
{
    private const int PeriodMicroseconds = 100_000;
    private const string MemoryLimit = "memory.max";
    private static readonly string[] Wanted = ["cpu", "memory", "pids"];
    private readonly string mount;
    private readonly string group;
    private readonly HashSet<string> controllers;

    private CgroupV2Isolation(string mount, string group, HashSet<string> controllers)
    {
        this.mount = mount;
        this.group = group;
        this.controllers = controllers;
    }

    public override string Name => "cgroup-v2";

    public override string Shortcomings => string.Join(", ", Wanted.Where(each => !controllers.Contains(each)).Select(each => $"no {each} controller"));

    /// <summary>Null, with the reason, when no group can be made below <paramref name="mount"/>.</summary>
    public static CgroupV2Isolation? Open(string mount, string group, out string reason)
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(mount, group));
            // A controller is there for a group only when each of its parents passes it on.
            var path = mount;
            Enable(path);
            foreach (var part in group.Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                path = Path.Combine(path, part);
                Enable(path);
            }

            reason = "";
            return new CgroupV2Isolation(
                mount, group, new HashSet<string>(Words(Path.Combine(path, "cgroup.subtree_control")), StringComparer.Ordinal));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            reason = problem.Message;
            return null;
        }
    }

    public override void Prepare(string containerId, ContainerLimits limits)
    {
        var container = Of(containerId);
        Directory.CreateDirectory(container);
        LimitCpu(container, limits);
        if (limits.MemoryBytes is { } bytes && controllers.Contains("memory"))
        {
            CgroupFiles.Write(Path.Combine(container, MemoryLimit), bytes);
            var swap = Path.Combine(container, "memory.swap.max");
            if (File.Exists(swap))
                CgroupFiles.Write(swap, 0);
        }

        if (limits.Processes is { } processes && controllers.Contains("pids"))
            CgroupFiles.Write(Path.Combine(container, "pids.max"), processes);
    }

    public override void Resize(string containerId, ContainerLimits limits)
    {
        var container = Of(containerId);
        if (!Directory.Exists(container))
            return;
        LimitCpu(container, limits);
        // No number says "max" there.
        if (limits.MemoryBytes is { } bytes && controllers.Contains("memory") && CgroupFiles.Number(Path.Combine(container, MemoryLimit)) < bytes)
            CgroupFiles.Write(Path.Combine(container, MemoryLimit), bytes);
    }

    private void LimitCpu(string container, ContainerLimits limits)
    {
        if (limits.CpuRequestMillis is { } request && controllers.Contains("cpu"))
            CgroupFiles.Write(Path.Combine(container, "cpu.weight"), Weight(request));
        if (limits.CpuLimitMillis is { } limit && controllers.Contains("cpu"))
            CgroupFiles.Write(Path.Combine(container, "cpu.max"), $"{Math.Max(1000, limit * PeriodMicroseconds / 1000)} {PeriodMicroseconds}");
    }

    public override IReadOnlyList<string> Joins(string containerId) =>
        Directory.Exists(Of(containerId)) ? [Path.Combine(Of(containerId), "cgroup.procs")] : [];

    public override IReadOnlyList<int> Members(string containerId, int? supervisor) =>
        CgroupFiles.Processes(Of(containerId)).Where(pid => pid != supervisor).ToList();

    public override void KillAll(string containerId)
    {
        var file = Path.Combine(Of(containerId), "cgroup.kill");
        if (File.Exists(file))
            CgroupFiles.Write(file, "1");
    }

    public override void Freeze(string containerId) => SetFreeze(containerId, "1");

    public override void Thaw(string containerId) => SetFreeze(containerId, "0");

    public override long OutOfMemoryKills(string containerId) =>
        CgroupFiles.Counter(Path.Combine(Of(containerId), "memory.events"), "oom_kill");

    public override void Remove(string containerId) => CgroupFiles.Remove(Of(containerId));

    public override void PrepareWithin(string nested) => CgroupFiles.Make(Of(nested));

    public override IReadOnlyList<string> Inside(string containerId) =>
        CgroupFiles.Nested(Of(containerId), NestedPrefix).Select(name => $"{containerId}/{name}").ToList();

    public override IReadOnlyList<string> Leftovers() => Folders.In(Path.Combine(mount, group)).Select(path => Path.GetFileName(path)).ToList();

    protected override void Dispose(bool disposing)
    {
        CgroupFiles.RemoveEmptyPath(mount, group);
        base.Dispose(disposing);
    }

    /// <summary>The kernel's own mapping of v1 shares to v2 weights: 1024 shares become 39.</summary>
    internal static long Weight(long cpuMillis) => 1 + ((CgroupV1Isolation.Shares(cpuMillis) - 2) * 9999 / 262_142);

    private string Of(string containerId) => Path.Combine(mount, group, containerId);

    private void SetFreeze(string containerId, string value)
    {
        var file = Path.Combine(Of(containerId), "cgroup.freeze");
        if (File.Exists(file))
            CgroupFiles.Write(file, value);
    }

    private static void Enable(string path)
    {
        var available = Words(Path.Combine(path, "cgroup.controllers"));
        foreach (var controller in Wanted.Intersect(available))
        {
            try
            {
                CgroupFiles.Write(Path.Combine(path, "cgroup.subtree_control"), "+" + controller);
            }
            catch (IOException)
            {
                // What is missing in the end is said by Shortcomings.
            }
        }
    }

    private static string[] Words(string path) => File.ReadAllText(path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
