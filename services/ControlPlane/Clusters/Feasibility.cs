using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.WebConsole;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>
/// Whether a cluster could ever get ready on the hosts that there are, were they empty. One that can't would hold what of it fits, and
/// wait for the rest for ever. Pure.
/// </summary>
public static class Feasibility
{
    /// <returns>Null where each pod fits on some host, and where there are no hosts yet to be compared with.</returns>
    public static Problem? WhyNot(IReadOnlyList<PodNeeds> pods, IReadOnlyList<HostView> hosts)
    {
        if (hosts.Count == 0 || pods.FirstOrDefault(pod => !hosts.Any(host => IsWithin(pod.Asked, host.Total))) is not { } tooLarge)
            return null;
        var nearest = hosts.OrderBy(host => Missing(tooLarge.Asked, host.Total).Count).ThenByDescending(host => host.Total.MemoryMebibytes)
            .ThenByDescending(host => host.Total.MilliCpus).ThenBy(host => host.AgentId, StringComparer.Ordinal).First();
        return new Problem(
            "No host is large enough", 409,
            $"A {tooLarge.Pod} asks one host for {string.Join(", ", Missing(tooLarge.Asked, nearest.Total))}; of {hosts.Count} {(hosts.Count == 1 ? "host" : "hosts")} none has that, and {nearest.Host} comes nearest. Ask for less, or add a larger host.",
            null);
    }

    private static bool IsWithin(AmountsView asked, AmountsView total) => Missing(asked, total).Count == 0;

    private static List<string> Missing(AmountsView asked, AmountsView total)
    {
        var missing = new List<string>(3);
        if (asked.MemoryMebibytes > total.MemoryMebibytes)
            missing.Add($"{Words.Mebibytes(asked.MemoryMebibytes)} of memory where it has {Words.Mebibytes(total.MemoryMebibytes)}");
        if (asked.MilliCpus > total.MilliCpus)
            missing.Add($"{Words.Cpus(asked.MilliCpus)} cpus where it has {Words.Cpus(total.MilliCpus)}");
        if (asked.DiskMebibytes > total.DiskMebibytes)
            missing.Add($"{Words.Mebibytes(asked.DiskMebibytes)} of disk where it has {Words.Mebibytes(total.DiskMebibytes)}");
        return missing;
    }
}
