using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>A cluster that gives back what it holds when it ends.</summary>
/// <param name="At">When its lifetime is over, or now when it is being deleted.</param>
public sealed record ClusterEnding(string Name, string Owner, DateTimeOffset At, AmountsView Reserved, string FrameworkId, IReadOnlyList<string> TaskIds)
{
    /// <summary>As many as the master looks at in one question.</summary>
    private const int Most = 64;

    private const int MostTasks = 10_000;

    private static readonly AmountsView Nothing = new(0, 0, 0);

    /// <summary>Since when it is proved to do nothing; null for one that does something, or of which it is not known.</summary>
    public DateTimeOffset? IdleSince { get; init; }

    /// <summary>The soonest first.</summary>
    public static IReadOnlyList<ClusterEnding> InOrder(IEnumerable<ClusterEnding> endings) =>
        Bounded(endings.OrderBy(ending => ending.At).ThenBy(ending => ending.Name, StringComparer.Ordinal));

    /// <summary>Those that do nothing and could be parked, idle for the longest first.</summary>
    public static IReadOnlyList<ClusterEnding> Idle(IEnumerable<ClusterEnding> endings) =>
        Bounded(endings.Where(ending => ending.IdleSince is not null).OrderBy(ending => ending.IdleSince).ThenBy(ending => ending.Name, StringComparer.Ordinal));

    public static ClusterEnding Of(DesiredCluster cluster, ClusterObservation observed, string frameworkId, DateTimeOffset now) => new(
        cluster.Name, cluster.Owner, cluster.DeleteRequestedAt is null && cluster.ExpiresAt > now ? cluster.ExpiresAt : now, observed.Reserved, frameworkId,
        [.. observed.Tasks.Where(task => task.EndedAt is null).Select(task => task.TaskId)])
    {
        IdleSince = cluster.DeleteRequestedAt is null && observed.Activity is { State: ActivityState.Idle, LastAt: var last } ? last : null,
    };

    public PendingCall.Types.Ending ToMessage()
    {
        var ending = new PendingCall.Types.Ending { Name = Name, FrameworkId = new FrameworkID { Value = FrameworkId } };
        ending.Tasks.Add(TaskIds.Select(id => new PendingCall.Types.Ending.Types.Task
        {
            FrameworkId = new FrameworkID { Value = FrameworkId }, TaskId = new TaskID { Value = id },
        }));
        return ending;
    }

    private static IReadOnlyList<ClusterEnding> Bounded(IEnumerable<ClusterEnding> endings)
    {
        var left = MostTasks;
        return [.. endings.Where(ending => ending.TaskIds.Count > 0 || ending.Reserved != Nothing).TakeWhile(ending => (left -= ending.TaskIds.Count) >= 0).Take(Most)];
    }
}
