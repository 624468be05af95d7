using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Progress;

/// <summary>One step of a cluster's plans, with where it stands in them.</summary>
public sealed record TimelineEntry(string Plan, string Phase, StepView Step)
{
    public string Path => $"{Plan}/{Phase}/{Step.Name}";

    public static IEnumerable<TimelineEntry> Of(ClusterDetail cluster) =>
        from plan in cluster.Plans from phase in plan.Phases from step in phase.Steps select new TimelineEntry(plan.Name, phase.Name, step);

    /// <summary>How long the step took, or has taken so far; null when it has not begun.</summary>
    public TimeSpan? Took(DateTimeOffset now) => Step.StartedAt is { } started ? (Step.FinishedAt ?? now) - started : null;

    /// <summary>What changed from one picture of a cluster to the next, in the words of a log line.</summary>
    public static IEnumerable<string> Changes(ClusterDetail? before, ClusterDetail now, DateTimeOffset at)
    {
        var known = before is null ? [] : Of(before).ToDictionary(entry => entry.Path, entry => entry.Step);
        foreach (var entry in Of(now))
        {
            var last = known.GetValueOrDefault(entry.Path);
            if (last is not null && last.State == entry.Step.State && last.WaitingFor == entry.Step.WaitingFor) continue;
            if (last is null && entry.Step.State == StepState.Pending) continue;
            yield return entry.Sentence(at);
        }
        var summary = now.Summary;
        if (before?.Summary.State != summary.State || before.Summary.Reason != summary.Reason)
            yield return $"{summary.Name} is {summary.State.ToString().ToLowerInvariant()}{(summary.Reason is { } reason ? $": {reason}" : "")}";
    }

    private string Sentence(DateTimeOffset at) => Step.State switch
    {
        StepState.Complete when Took(at) is { } took => $"{Path} complete after {DurationText.Short(took)}",
        _ => $"{Path} {Step.State.ToString().ToLowerInvariant()}{(Step.WaitingFor is { } reason ? $": {reason}" : "")}",
    };
}
