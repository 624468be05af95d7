using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;
using Kind = DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types.Sign.Types.Kind;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>What follows from what engines say of themselves. What is not said for certain does not hold. Pure.</summary>
internal static class EngineFacts
{
    private const int AnswersMissed = 4;

    /// <returns>Null when the report says no facts.</returns>
    public static FactReport? After(FactReport? before, ActivityReport report, DateTimeOffset now)
    {
        var facts = report.Seen.Where(seen => seen.Sign.Kind == Kind.Fact).ToList();
        return facts.Count == 0 ? null : new FactReport(
            now, before?.HeardAt,
            facts.DistinctBy(seen => seen.Sign.Of).ToDictionary(seen => seen.Sign.Of, seen => seen.HasValue ? new FactValue(seen.Value, null) : new FactValue(null, seen.HasWhyNot ? seen.WhyNot : "it says nothing"), StringComparer.Ordinal));
    }

    /// <summary>Why ending one instance of a pod may do harm now; null when it does none.</summary>
    public static string? WhyNotEnd(ClusterWork cluster, PodInstance pod, DateTimeOffset now)
    {
        var conditions = pod.Pod.Rules.EndWhen;
        if (conditions.Count == 0 || !cluster.LivingOf(pod.Name).Any(cluster.Serves))
            return null;
        var instances = cluster.Pods.Values.Where(record => record.Type == pod.Pod.Type).Select(record => record.Name).ToHashSet(StringComparer.Ordinal);
        var rows = cluster.Tasks.Values.Where(row => instances.Contains(row.Pod)).OrderBy(row => row.Name, StringComparer.Ordinal).ToList();
        if (rows.Find(row => row.Living && !cluster.Serves(row)) is { } silent)
            return $"{silent.Name} to serve";
        // One that is still to be added is missed by nobody.
        if (cluster.PodsOf(pod.Pod).FirstOrDefault(other => cluster.Record(other).FirstLaunchedAt is not null && !cluster.LivingOf(other.Name).Any() && !cluster.IsSkipped(other.Name)) is { } missing)
            return $"{missing.Name} to serve";
        // What was said before the last of them came or went is out of date.
        var changedAt = rows.Concat(cluster.Past.Where(row => instances.Contains(row.Pod))).SelectMany(row => (DateTimeOffset?[])[row.LaunchedAt, row.ReadyAt, row.EndedAt]).Max();
        foreach (var condition in conditions)
        {
            foreach (var instance in rows.Where(row => row.Living).GroupBy(row => row.Pod).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                if (WhyNot(cluster, pod.Pod, condition, [.. instance], changedAt, now) is { } reason)
                    return $"{instance.Key}: {reason}";
            }
        }
        return null;
    }

    /// <summary>Of living instances.</summary>
    public static IEnumerable<FactView> Views(ClusterWork cluster) =>
        from fact in cluster.Specification?.Facts ?? []
        from record in cluster.Pods.Values.Where(record => record.Type == fact.Pod).OrderBy(record => record.Index)
        let rows = cluster.LivingOf(record.Name).ToList()
        where rows.Count > 0
        let report = ReportOf(cluster, rows, fact.Name)
        let said = report is null ? new FactValue(null, "nothing has been heard of it yet") : report.Values[fact.Name]
        select new FactView(
            record.Name, fact.Name, fact.Title, said.Value, said.WhyNot, said.Value is { } value ? fact.Healthy?.Holds(value) : null, fact.Healthy?.Wanted, report?.HeardAt);

    /// <summary>Every instance of the pod serves, and has said so lately.</summary>
    public static bool AllSay(ClusterWork cluster, PodSpecification pod, FactCondition condition, DateTimeOffset now) => pod.Count > 0 && cluster.PodsOf(pod).All(instance =>
        cluster.LivingOf(instance.Name).Any(cluster.Serves) && ReportOf(cluster, cluster.LivingOf(instance.Name), condition.Fact) is { } report
        && now - report.HeardAt <= Fresh(pod) && report.Values[condition.Fact].Value is { } value && condition.Holds(value));

    /// <summary>How long what an instance has said of itself is taken to be so.</summary>
    public static TimeSpan Fresh(PodSpecification pod) => pod.Tasks.Max(task => task.LookEvery) * AnswersMissed;

    /// <summary>False also where it is not known.</summary>
    public static bool Says(ClusterWork cluster, string pod, FactCondition condition) =>
        ReportOf(cluster, cluster.LivingOf(pod), condition.Fact)?.Values[condition.Fact].Value is { } value && condition.Holds(value);

    /// <summary>Of the task of a pod that says the fact; null before it was heard.</summary>
    private static FactReport? ReportOf(ClusterWork cluster, IEnumerable<TaskRow> rows, string fact) =>
        rows.Select(row => cluster.Reports.GetValueOrDefault(row.TaskId)).FirstOrDefault(report => report?.Values.ContainsKey(fact) == true);

    private static string? WhyNot(ClusterWork cluster, PodSpecification pod, FactCondition condition, List<TaskRow> rows, DateTimeOffset? changedAt, DateTimeOffset now)
    {
        var title = cluster.Specification!.Facts.FirstOrDefault(fact => fact.Name == condition.Fact)?.Title ?? condition.Fact;
        var report = ReportOf(cluster, rows, condition.Fact);
        if (report is null || !(report.HeardBefore > changedAt))
            return $"{title}: to be asked";
        if (now - report.HeardAt > Fresh(pod))
            return $"{title}: not heard for {(now - report.HeardAt).TotalSeconds:0} s";
        return report.Values[condition.Fact] switch
        {
            { WhyNot: { } why } => $"{title}: {why}",
            { Value: { } value } when !condition.Holds(value) => $"{title}: {value}, to be {condition.Wanted}",
            _ => null,
        };
    }
}
