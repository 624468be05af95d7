using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.Cli.Progress;

/// <summary>One step of a cluster's plans, with where it stands in them.</summary>
public sealed record TimelineEntry(string Plan, string Phase, StepView Step)
{
    private const string UsualPlan = "deploy";

    /// <summary>Unique in the cluster.</summary>
    public string Path => $"{Plan}/{Phase}/{Step.Name}";

    /// <summary>The same for people, without what says nothing.</summary>
    public string Title => string.Join('/', new[] { Plan == UsualPlan ? null : Plan, Phase == Step.Name ? null : Phase, Step.Name }.OfType<string>());

    public static IEnumerable<TimelineEntry> Of(ClusterDetail cluster) =>
        from plan in cluster.Plans from phase in plan.Phases from step in phase.Steps select new TimelineEntry(plan.Name, phase.Name, step);

    /// <summary>What it waits for, or what people must know of how it was done; null when there is nothing to say.</summary>
    public string? Said => Step.WaitingFor ?? Step.Note;

    /// <summary>How long the step took, or has taken so far; null when it has not begun.</summary>
    public TimeSpan? Took(DateTimeOffset now) => Step.StartedAt is { } started ? (Step.FinishedAt ?? now) - started : null;

    /// <summary>What there is to say of a step that was <paramref name="before"/>; null when nothing changed.</summary>
    public string? Change(StepView? before, DateTimeOffset at)
    {
        if (before is null ? Step.State == StepState.Pending : before.State == Step.State && before.WaitingFor == Step.WaitingFor && before.Note == Step.Note) return null;
        return Sentence(at);
    }

    private string Sentence(DateTimeOffset at) => Step.State switch
    {
        StepState.Complete when Took(at) is { } took => $"{Title} complete after {DurationText.Short(took)}{(Step.Note is { } note ? $": {note}" : "")}",
        _ => $"{Title} {Step.State.ToString().ToLowerInvariant()}{(Said is { } reason ? $": {reason}" : "")}",
    };
}
