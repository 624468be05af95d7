using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Services.ControlPlane.WebConsole;
using ChangeType = DataPlatform.Core.Protocol.Extensions.PendingResponse.Types.Change.Types.Type;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>The master's reasons with what only the control plane knows: whose clusters those tasks are, and when they end. Pure.</summary>
public static class PoolReasons
{
    public static PoolWhy Of(PendingResponse answer, IReadOnlyList<ClusterEnding> endings, DateTimeOffset now) => new(
        answer.FrameworkId.Value, answer.FrameworkName, answer.Role, answer.HasResources ? answer.Resources : null, (int)answer.Agents,
        [.. answer.Reasons.Select(reason => new HostsReason(WireName.Of(reason.Kind), reason.Text, (int)reason.Agents,
            [.. reason.Examples.Select(example => new HostReason(example.Hostname, example.AgentId, example.Text))]))],
        [.. answer.Changes.Select(change => Change(change, endings, now))], answer.SearchedAll);

    private static WhyChange Change(PendingResponse.Types.Change change, IReadOnlyList<ClusterEnding> endings, DateTimeOffset now)
    {
        var host = change.HasHostname ? change.Hostname : null;
        var clusters = change.Endings.Select(name => endings.FirstOrDefault(ending => ending.Name == name)).OfType<ClusterEnding>().ToList();
        if (clusters.Count == 0 || clusters.Count < change.Endings.Count)
            return new(WireName.Of(change.Type), change.Text, host, change.At is { } time ? DateTimeOffset.UnixEpoch.AddTicks(time.Nanoseconds / 100) : null);
        if (change.Type == ChangeType.TasksEndFewest)
            return new(WireName.Of(change.Type), $"fits on {host} if {Deleted(clusters)}", host, null);
        var last = clusters.Max(cluster => cluster.At);
        return new(WireName.Of(change.Type), $"fits on {host} when {Ended(clusters, last, now)}", host, last);
    }

    private static string Ended(List<ClusterEnding> clusters, DateTimeOffset last, DateTimeOffset now)
    {
        var when = last > now ? $"in {Words.Duration(last - now)}" : "now";
        return clusters.Count == 1 ? $"cluster {clusters[0].Name} ends {when}"
            : $"clusters {string.Join(", ", clusters.Select(cluster => cluster.Name))} have ended, the last {when}";
    }

    private static string Deleted(List<ClusterEnding> clusters)
    {
        var owners = string.Join(", ", clusters.Select(cluster => cluster.Owner).Distinct().Order(StringComparer.Ordinal));
        var cpus = Words.Cpus(clusters.Sum(cluster => cluster.Reserved.MilliCpus));
        return clusters.Count == 1 ? $"cluster {clusters[0].Name} of {owners} ({cpus} cpus) is deleted"
            : $"{clusters.Count} clusters of {owners} ({cpus} cpus) are deleted: {string.Join(", ", clusters.Select(cluster => cluster.Name))}";
    }
}
