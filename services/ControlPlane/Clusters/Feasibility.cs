using System.Text.Json.Nodes;
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
    /// <param name="options">All that the package has.</param>
    /// <returns>What of the options can't work here, else why the cluster can't get ready; null where nothing speaks against it.</returns>
    public static Problem? WhyNot(IClusterOperator engine, JsonObject options, IReadOnlyList<HostView> hosts) =>
        engine.Problem(options) is { } wrong ? Outcome.Invalid([wrong]).Problem : WhyNot(engine.Needs(options), hosts);

    /// <returns>Null where each pod fits on some host, and where there are no hosts yet to be compared with.</returns>
    public static Problem? WhyNot(IReadOnlyList<PodNeeds> pods, IReadOnlyList<HostView> hosts)
    {
        if (hosts.Count == 0)
            return null;
        if (pods.FirstOrDefault(pod => !hosts.Any(host => IsWithin(pod.Asked, host.Total))) is not { } tooLarge)
            return WhyNotTogether(pods, hosts);
        var nearest = hosts.OrderBy(host => Missing(tooLarge.Asked, host.Total).Count).ThenByDescending(host => host.Total.MemoryMebibytes)
            .ThenByDescending(host => host.Total.MilliCpus).ThenBy(host => host.AgentId, StringComparer.Ordinal).First();
        return new Problem(
            "No host is large enough", 409,
            $"A {tooLarge.Pod} asks one host for {string.Join(", ", Missing(tooLarge.Asked, nearest.Total))}; of {hosts.Count} {(hosts.Count == 1 ? "host" : "hosts")} none has that, and {nearest.Host} comes nearest. Ask for less, or add a larger host.",
            null);
    }

    private static Problem? WhyNotTogether(IReadOnlyList<PodNeeds> pods, IReadOnlyList<HostView> hosts)
    {
        var asked = new AmountsView(
            pods.Sum(pod => pod.Count * pod.Asked.MilliCpus), pods.Sum(pod => pod.Count * pod.Asked.MemoryMebibytes), pods.Sum(pod => pod.Count * pod.Asked.DiskMebibytes));
        var total = new AmountsView(hosts.Sum(host => host.Total.MilliCpus), hosts.Sum(host => host.Total.MemoryMebibytes), hosts.Sum(host => host.Total.DiskMebibytes));
        return IsWithin(asked, total) ? null : new Problem(
            "The pool is not large enough", 409,
            $"All pods together ask for {string.Join(", ", Missing(asked, total, "the pool"))}. Ask for less, or add hosts.", null);
    }

    private static bool IsWithin(AmountsView asked, AmountsView total) => Missing(asked, total).Count == 0;

    internal static List<string> Missing(AmountsView asked, AmountsView total, string whose = "it")
    {
        var missing = new List<string>(3);
        if (asked.MemoryMebibytes > total.MemoryMebibytes)
            missing.Add($"{Words.Mebibytes(asked.MemoryMebibytes)} of memory where {whose} has {Words.Mebibytes(total.MemoryMebibytes)}");
        if (asked.MilliCpus > total.MilliCpus)
            missing.Add($"{Words.Cpus(asked.MilliCpus)} cpus where {whose} has {Words.Cpus(total.MilliCpus)}");
        if (asked.DiskMebibytes > total.DiskMebibytes)
            missing.Add($"{Words.Mebibytes(asked.DiskMebibytes)} of disk where {whose} has {Words.Mebibytes(total.DiskMebibytes)}");
        return missing;
    }
}
