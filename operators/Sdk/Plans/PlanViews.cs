using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Operators.Sdk.Plans;

/// <summary>Plans as people see them.</summary>
internal static class PlanViews
{
    public static PlanView Of(Plan plan)
    {
        var phases = plan.Phases.Select(Of).ToList();
        return new PlanView(plan.Name, Sum(phases.Select(phase => phase.State)), phases);
    }

    /// <summary>What the whole cluster waits for first; null when it waits for nothing.</summary>
    public static string? FirstReason(IReadOnlyList<PlanView> plans)
    {
        var steps = plans.SelectMany(plan => plan.Phases).SelectMany(phase => phase.Steps).Where(step => step.State != StepState.Complete && step.WaitingFor is not null).ToList();
        var first = steps.FirstOrDefault(step => step.State == StepState.Failed) ?? steps.FirstOrDefault();
        // Some begin with the name, as they are said without the step as well.
        return first is null || first.WaitingFor!.StartsWith(first.Name + " ", StringComparison.Ordinal) ? first?.WaitingFor : $"{first.Name}: {first.WaitingFor}";
    }

    private static PhaseView Of(Phase phase) => new(
        phase.Name, phase.Strategy.ToString().ToLowerInvariant(), Sum(phase.Steps.Select(step => step.State)),
        [.. phase.Steps.Select(step => new StepView(step.Name, step.State, step.StartedAt, step.FinishedAt, step.WaitingFor) { Note = step.Note })]);

    private static StepState Sum(IEnumerable<StepState> states)
    {
        var all = states.ToList();
        return all.Contains(StepState.Failed) ? StepState.Failed
            : all.TrueForAll(state => state == StepState.Complete) ? StepState.Complete
            : all.TrueForAll(state => state == StepState.Pending) ? StepState.Pending
            : all.Contains(StepState.Starting) || all.Contains(StepState.Complete) ? StepState.Starting
            : StepState.Preparing;
    }
}
