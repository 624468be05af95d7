using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Services.ControlPlane.WebConsole;
using ChangeType = DataPlatform.Core.Protocol.Extensions.PendingResponse.Types.Change.Types.Type;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>The master's reasons with what only the control plane knows: whose clusters those tasks are, and when they end. Pure.</summary>
public static class PoolReasons
{
    /// <param name="endings">All clusters that were named to the master, those that are idle too.</param>
    public static PoolWhy Of(PendingResponse answer, IReadOnlyList<ClusterEnding> endings, DateTimeOffset now) => new(
        answer.FrameworkId.Value, answer.FrameworkName, answer.Role, answer.HasResources ? answer.Resources : null, (int)answer.Agents,
        [.. answer.Reasons.Select(reason => new HostsReason(WireName.Of(reason.Kind), reason.Text, (int)reason.Agents,
            [.. reason.Examples.Select(example => new HostReason(example.Hostname, example.AgentId, example.Text))]))],
        [.. answer.Changes.Select(change => Change(change, endings, now))], answer.SearchedAll);

    /// <summary>Of a cluster, whose framework is the platform's own: what only it could do is told as what becomes of it by itself.</summary>
    public static PoolWhy OfCluster(PendingResponse answer, IReadOnlyList<ClusterEnding> endings, DateTimeOffset now)
    {
        var why = Of(answer, endings, now);
        return why with
        {
            Reasons = [.. why.Reasons.Select((reason, index) => Own(answer.Reasons[index].Kind) is { } own
                ? reason with { Reason = own, Examples = [.. reason.Examples.Select(example => example with { Reason = own })] } : reason)],
            Changes = [.. why.Changes.Select((change, index) => Own(answer.Changes[index].Type, change, now) is { } own ? change with { Text = own } : change)],
        };
    }

    private static string? Own(PendingKind kind) => kind switch
    {
        PendingKind.Refused => "has room for this one, and was let go for a few seconds: all that the cluster still lacks gets its places together or not at all",
        PendingKind.Offered => "has room for this one, and its scheduler looks whether all that the cluster still lacks finds places together",
        PendingKind.Suppressed => "its scheduler asks for no offers just now",
        PendingKind.FrameworkAway => "its scheduler is not connected to the master",
        _ => null,
    };

    private static string? Own(ChangeType type, WhyChange change, DateTimeOffset now) => type switch
    {
        ChangeType.RefusalEnds => $"its scheduler looks at {change.Host} again{(change.At is { } at && at > now ? $" in {Words.Duration(at - now)}" : " soon")}, and takes it when there is room for all that it still lacks",
        ChangeType.FrameworkRevives => "comes by itself: its scheduler asks for offers again as soon as a pod may be launched",
        ChangeType.FrameworkConnects => "comes by itself: its scheduler connects again as soon as it reaches the master",
        _ => null,
    };

    private static WhyChange Change(PendingResponse.Types.Change change, IReadOnlyList<ClusterEnding> endings, DateTimeOffset now)
    {
        var host = change.HasHostname ? change.Hostname : null;
        var kind = WireName.Of(change.Type);
        var clusters = change.Endings.Select(name => endings.FirstOrDefault(ending => ending.Name == name)).OfType<ClusterEnding>().ToList();
        if (clusters.Count == 0 || clusters.Count < change.Endings.Count)
            return new(kind, change.Text, host, change.At is { } time ? DateTimeOffset.UnixEpoch.AddTicks(time.Nanoseconds / 100) : null) { LetsAllFit = change.LetsAllFit };
        var fits = change.LetsAllFit ? "fits with all its pods" : $"fits on {host}";
        var last = clusters.Max(cluster => cluster.At);
        var (text, at) = change.Type switch
        {
            ChangeType.IdleEnds => ($"{fits} if {Parked(clusters, now)}", (DateTimeOffset?)null),
            ChangeType.TasksEndFewest => ($"{fits} if {Deleted(clusters)}", null),
            _ => ($"{fits} when {Ended(clusters, last, now)}", last),
        };
        return new(kind, text, host, at) { LetsAllFit = change.LetsAllFit, Clusters = [.. clusters.Select(cluster => new WhyCluster(cluster.Name, cluster.Owner, cluster.Reserved, cluster.IdleSince))] };
    }

    private static string Ended(List<ClusterEnding> clusters, DateTimeOffset last, DateTimeOffset now)
    {
        var when = last > now ? $"in {Words.Duration(last - now)}" : "now";
        return clusters.Count == 1 ? $"cluster {clusters[0].Name} ends {when}"
            : $"clusters {string.Join(", ", clusters.Select(cluster => cluster.Name))} have ended, the last {when}";
    }

    private static string Deleted(List<ClusterEnding> clusters) => clusters.Count == 1
        ? $"cluster {clusters[0].Name} of {Owners(clusters)} ({Freed(clusters)}) is deleted"
        : $"{clusters.Count} clusters of {Owners(clusters)} ({Freed(clusters)}) are deleted: {string.Join(", ", clusters.Select(cluster => cluster.Name))}";

    private static string Parked(List<ClusterEnding> clusters, DateTimeOffset now) => clusters.Count == 1
        ? $"idle cluster {clusters[0].Name} of {Owners(clusters)} ({Freed(clusters)}) is parked, which has done nothing for {Idle(clusters[0], now)}"
        : $"{clusters.Count} idle clusters of {Owners(clusters)} ({Freed(clusters)}) are parked: {string.Join(", ", clusters.Select(cluster => $"{cluster.Name} (nothing done for {Idle(cluster, now)})"))}";

    private static string Owners(List<ClusterEnding> clusters) => string.Join(", ", clusters.Select(cluster => cluster.Owner).Distinct().Order(StringComparer.Ordinal));

    private static string Freed(List<ClusterEnding> clusters) =>
        $"{Words.Cpus(clusters.Sum(cluster => cluster.Reserved.MilliCpus))} cpus, {Words.Mebibytes(clusters.Sum(cluster => cluster.Reserved.MemoryMebibytes))}";

    private static string Idle(ClusterEnding cluster, DateTimeOffset now) => Words.Duration(now - (cluster.IdleSince ?? now));
}
