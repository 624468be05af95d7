using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;
using Kind = DataPlatform.Core.Protocol.Mesos.ActivityInfo.Types.Sign.Types.Kind;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>What follows from what agents tell of tasks' activity. What is not proved to be idle is busy. Pure.</summary>
internal static class Activities
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(3 * ActivityInfos.TellWithinSeconds);

    /// <param name="before">Of the same launch; null when nothing is known of it.</param>
    public static TaskActivity After(TaskActivity? before, string taskId, ActivityReport report, DateTimeOffset now)
    {
        var lookedAt = Earlier(Moment(report.LookedAt) ?? DateTimeOffset.MinValue, now);
        var counts = new Dictionary<string, double>(before?.Counts ?? new Dictionary<string, double>(0));
        var after = new TaskActivity(taskId, lookedAt) { LastAt = before?.LastAt, LastOf = before?.LastOf };
        foreach (var seen in report.Seen.Where(seen => seen.Sign.Kind != Kind.Fact))
        {
            if (seen.HasWhyNot)
                after = after with { WhyNot = after.WhyNot ?? seen.WhyNot };
            else if (seen.Sign.Kind == Kind.Time)
                after = WithTime(after, seen);
            else if (Number(seen.Value) is not { } number)
                after = after with { WhyNot = after.WhyNot ?? $"'{seen.Value}' is no number of {seen.Sign.Of}" };
            else if (seen.Sign.Kind == Kind.Busy && number > seen.Sign.Above)
                after = Active(after with { Busy = after.Busy ?? Counted(number - seen.Sign.Above, seen.Sign.Of) }, lookedAt, seen.Sign.Of);
            else if (seen.Sign.Kind == Kind.Count)
            {
                // What was counted before anybody looked was activity as well.
                if (counts.GetValueOrDefault(seen.Sign.Of) != number)
                    after = Active(after, lookedAt, seen.Sign.Of);
                counts[seen.Sign.Of] = number;
            }
        }
        return after with { Counts = counts, WhyNot = report.Seen.Count == 0 ? "its agent saw nothing" : after.WhyNot };
    }

    /// <summary>Null where nothing is said: of what is parked or on its way out.</summary>
    public static ActivityView? Of(ClusterWork cluster, DateTimeOffset now)
    {
        if (cluster.Facts.Removing || cluster.MustPark || cluster.Specification is null)
            return null;
        if (cluster.Facts.ReadyAt is not { } readyAt)
            return Unknown("it is not ready yet", null, null);
        if (cluster.Operations().Concat(cluster.PlanOperations()).FirstOrDefault(operation => !cluster.IsOver(operation)) is { } asked)
            return new ActivityView(ActivityState.Busy, asked.Name, now, null);
        var told = cluster.Instances().SelectMany(instance => instance.TaskNames()).Where(task => task.Specification.Activity is not null).Select(task => task.Task).ToList();
        if (told.Count == 0)
            return Unknown("its package gives no evidence of it", null, null);
        string? busy = null, whyNot = null;
        var (lastAt, lastOf) = (readyAt, "its launch");
        foreach (var row in cluster.Tasks.Values.Where(row => row is { IsOperation: true, EndedAt: not null }))
        {
            if (row.EndedAt > lastAt)
                (lastAt, lastOf) = (row.EndedAt.Value, row.Name);
        }
        foreach (var name in told)
        {
            var row = cluster.Tasks.GetValueOrDefault(name);
            var activity = row is null ? null : cluster.Activities.GetValueOrDefault(row.TaskId);
            if (row is { Living: true, ReadyAt: { } servedAt } && servedAt > lastAt)
                (lastAt, lastOf) = (servedAt, $"the start of {name}");
            if (activity is { LastAt: { } at } && at > lastAt)
                (lastAt, lastOf) = (at, activity.LastOf!);
            if (WhyUnproved(row, activity, now) is { } reason)
                whyNot ??= $"{name}: {reason}";
            else
                busy ??= activity!.Busy;
        }
        return busy is not null ? new ActivityView(ActivityState.Busy, busy, lastAt, null)
            : whyNot is not null ? Unknown(whyNot, lastOf, lastAt)
            : new ActivityView(ActivityState.Idle, lastOf, lastAt, null);
    }

    private static string? WhyUnproved(TaskRow? row, TaskActivity? activity, DateTimeOffset now) =>
        row is not { Living: true } ? "it does not run"
        : row.UnreachableSince is not null ? "its host is out of reach"
        : activity is null ? "nothing has been heard of what it does yet"
        : now - activity.LookedAt > FreshFor ? $"its last answer is {(now - activity.LookedAt).TotalMinutes:0} min old"
        : activity.WhyNot;

    private static ActivityView Unknown(string reason, string? of, DateTimeOffset? lastAt) => new(ActivityState.Unknown, of, lastAt, reason);

    private static TaskActivity WithTime(TaskActivity after, ActivityReport.Types.Seen seen) =>
        !seen.HasValue ? after
        : Moment(seen.Value) is { } at ? Active(after, Earlier(at, after.LookedAt), seen.Sign.Of)
        : after with { WhyNot = after.WhyNot ?? $"'{seen.Value}' is no time of {seen.Sign.Of}" };

    private static TaskActivity Active(TaskActivity activity, DateTimeOffset at, string of) => activity.LastAt >= at ? activity : activity with { LastAt = at, LastOf = of };

    private static string Counted(double number, string of) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:0.##} {(number == 1 && of.EndsWith('s') ? of[..^1] : of)}");

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static DateTimeOffset? Moment(string text) => Number(text) is { } seconds ? Moment(seconds)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;

    private static DateTimeOffset? Moment(double seconds) =>
        seconds is >= 0 and < 253_402_300_799 ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
