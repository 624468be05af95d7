using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.WebConsole;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>All that is known of why a cluster waits, in one sentence with one thing to do. Pure.</summary>
public static class WhySummary
{
    private const string Idle = "IDLE_ENDS";

    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(15);

    /// <param name="why">Of a task or pod, or of all that wait.</param>
    /// <param name="task">That was asked after; null for the whole cluster.</param>
    /// <param name="isPaused">No further step of its plans is begun.</param>
    /// <param name="away">Why the master can't be asked; null when it has answered or was not asked.</param>
    public static ClusterWhy Of(ClusterWhy why, string? task, bool isPaused, IReadOnlyList<HostView> hosts, string? away, DateTimeOffset now)
    {
        var (sentence, toDo) = Say(why, task, isPaused, hosts, away, now);
        return why with { Sentence = sentence, ToDo = toDo };
    }

    private static (string Sentence, string? ToDo) Say(ClusterWhy why, string? task, bool isPaused, IReadOnlyList<HostView> hosts, string? away, DateTimeOffset now)
    {
        var state = why.State.ToString().ToLowerInvariant();
        if (task is not null && why.Pods.Count == 0)
            return ($"{task} does not wait for a host; {why.Cluster} is {state}.", null);
        if (why.State == ClusterState.Failed)
            return ($"{why.Cluster} has failed. {why.Reason}", $"When that is mended: dp retry {why.Cluster}");
        if (away is not null && why.Pods.Count > 0)
            return ($"{why.Cluster} waits for the master: {away}.", "See that the master runs. What runs goes on, and what waits is placed when it is back.");
        // What waits for another pod is explained by that one.
        if (why.Pods.FirstOrDefault(pod => pod.WaitsFor is null) is { } waiting)
            return OfPod(why, waiting, [.. why.Pods.Where(pod => pod.WaitsFor is null && pod.Asked == waiting.Asked)], hosts, now);
        if (why.Pods.Count > 0 && why.WaitsForTurnOf is { } older)
            return ($"{Names(why.Pods)} {(why.Pods.Count == 1 ? "waits its" : "wait their")} turn: {older} gets its places first, for two minutes at most while others wait.", $"See what {older} waits for: dp why {older}");
        if (why.Pods is [var first, ..])
            return (first.WaitsFor!.StartsWith(first.Pod + " ", StringComparison.Ordinal) ? first.WaitsFor : $"{Names([.. why.Pods.Where(pod => pod.WaitsFor == first.WaitsFor)])}: {first.WaitsFor}", isPaused ? $"dp plan continue {why.Cluster}" : null);
        return (why.Reason is { } reason ? $"{why.Cluster} is {state}. {reason}" : $"{why.Cluster} is {state}.", isPaused ? $"dp plan continue {why.Cluster}" : null);
    }

    private static (string Sentence, string? ToDo) OfPod(ClusterWhy why, PodWhy pod, IReadOnlyList<PodWhy> alike, IReadOnlyList<HostView> hosts, DateTimeOffset now)
    {
        var waits = $"{Names(alike)} {(alike.Count == 1 ? "waits" : "wait")}";
        if (pod.Pool is not { } pool)
            return ($"{waits} for a host: {pod.NotAsked}.", null);
        if (pool.Hosts == 0)
            return ($"{waits} for a host: the pool has none.", "Start an agent on a host (dp-agent --master URL).");
        // What lets this one have a place is not enough where all get theirs together.
        var forAll = pool.Changes.Where(change => change.LetsAllFit).ToList();
        if (pool.Reasons.Any(reason => reason.Kind is "FITS" or "OFFERED" or "REFUSED"))
            // There is room for this one, and not for all that get their places together: their scheduler has said for which.
            return why is { Reason: { } reason } && why.Pods.Any(each => each.Refusals.Count > 0)
                ? ($"{why.Cluster} waits for {(reason.StartsWith(pod.Pod + ": ", StringComparison.Ordinal) ? reason[(pod.Pod.Length + 2)..] : reason)}.",
                    forAll.Count > 0 ? ToDo(forAll, now) : "Ask for less or fewer (dp update), or add a host.")
                : ($"{waits} for a host on which there is room to be offered.", forAll.Count > 0 ? ToDo(forAll, now) : null);
        return (Nearest(pod, waits, alike.Count == 1 ? "it" : "each", pool, hosts), ToDo(forAll.Count > 0 ? forAll : pool.Changes, now));
    }

    /// <summary>What comes by itself before long is waited for; else what is idle could make room at once.</summary>
    private static string ToDo(IReadOnlyList<WhyChange> changes, DateTimeOffset now)
    {
        var change = changes.FirstOrDefault(change => change.At - now < Soon) ?? changes.FirstOrDefault(change => change.Kind == Idle) ?? (changes.Count > 0 ? changes[0] : null);
        return change is null ? "Ask for less (dp update), or add a host that has it."
            : $"It {change.Text}{(change is { Kind: Idle, Clusters: { } idle } ? $": {string.Join(", ", idle.Select(cluster => $"dp park {cluster.Name}"))}" : "")}.";
    }

    private static string Nearest(PodWhy pod, string waits, string whose, PoolWhy pool, IReadOnlyList<HostView> hosts)
    {
        var nearest = hosts.Where(host => host.Active).OrderBy(host => Miss(pod.Asked, Free(host))).ThenBy(host => host.AgentId, StringComparer.Ordinal).FirstOrDefault();
        if (nearest is not null && Feasibility.Missing(pod.Asked, Free(nearest), Name(nearest)) is { Count: > 0 } missing)
            return $"{waits} for room on a host: {whose} asks for {string.Join(" and ", missing)} free{(pool.Hosts > 1 ? $", the nearest of {pool.Hosts} hosts" : "")}.";
        // Enough is free there: something else stands between.
        var reason = pool.Reasons.FirstOrDefault(reason => nearest is not null && reason.Examples.Any(example => example.AgentId == nearest.AgentId)) ?? pool.Reasons[0];
        var example = reason.Examples.FirstOrDefault(each => each.AgentId == nearest?.AgentId) ?? reason.Examples[0];
        var name = hosts.FirstOrDefault(host => host.AgentId == example.AgentId) is { } known ? Name(known) : example.Host;
        return $"{waits} for a host: {name} {example.Reason}{(reason.Hosts > 1 ? $", as {reason.Hosts - 1} more" : "")}.";
    }

    private static AmountsView Free(HostView host) => new(
        host.Total.MilliCpus - host.Used.MilliCpus, host.Total.MemoryMebibytes - host.Used.MemoryMebibytes, host.Total.DiskMebibytes - host.Used.DiskMebibytes);

    private static decimal Miss(AmountsView asked, AmountsView free) =>
        Part(asked.MilliCpus, free.MilliCpus) + Part(asked.MemoryMebibytes, free.MemoryMebibytes) + Part(asked.DiskMebibytes, free.DiskMebibytes);

    private static decimal Part(long asked, long free) => asked <= free ? 0 : (asked - free) / (decimal)asked;

    private static string Name(HostView host) => $"{host.Host}:{host.Port}";

    private static string Names(IReadOnlyList<PodWhy> pods) => pods.Count == 1 ? pods[0].Pod : $"{pods[0].Pod} and {pods.Count - 1} more";
}
