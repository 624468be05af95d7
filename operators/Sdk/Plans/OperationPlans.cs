using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Plans;

/// <summary>Plans of operations that people asked for: one step each, one after the other. Pure.</summary>
internal static class OperationPlans
{
    /// <returns>In the order of their numbers, those that are over included.</returns>
    public static IReadOnlyList<Plan> Build(ClusterWork cluster, string? disconnected, DateTimeOffset now)
    {
        var plans = new List<Plan>();
        string? gate = null;
        foreach (var operation in cluster.Operations().ToList())
        {
            var step = StepOf(cluster, operation, gate, disconnected, now);
            plans.Add(new Plan($"{operation.Pod.Type} {operation.Index}", [new Phase(operation.Pod.Type, Specification.Strategy.Serial, [step])]));
            if (step.State is not (StepState.Complete or StepState.Failed))
                gate ??= operation.Name;
        }

        return plans;
    }

    private static Step StepOf(ClusterWork cluster, PodInstance operation, string? gate, string? disconnected, DateTimeOffset now)
    {
        var row = operation.TaskNames().Select(task => cluster.Tasks.GetValueOrDefault(task.Task)).FirstOrDefault();
        var step = new Step(StepKind.Act, operation.Name, operation.Name, StepState.Pending) { StartedAt = row?.LaunchedAt, FinishedAt = row?.EndedAt };
        if (cluster.IsSkipped(operation.Name))
            return step with { State = StepState.Failed, WaitingFor = "skipped by request" };
        if (row is { Living: true })
            return step with { State = row.StartedAt is null ? StepState.Preparing : StepState.Starting, WaitingFor = row.KillReason is { } reason ? $"its end: {reason}" : row.StartedAt is null ? $"host {row.Host} to fetch and start it" : "its end" };
        if (cluster.IsOver(operation))
            return row!.State == "TASK_FINISHED" ? step with { State = StepState.Complete } : step with { State = StepState.Failed, WaitingFor = row.Message ?? row.State };
        var block = Readiness.WhyNot(cluster, operation, now);
        if (block is { Final: true })
            return step with { State = StepState.Failed, WaitingFor = block.Reason };
        var why = disconnected ?? (cluster.MustPark ? "the cluster to be brought up again: it is parked" : cluster.Facts.ReadyAt is null ? "the cluster to be ready"
            : cluster.Wanted!.IsPaused ? "the plan to be continued: it is paused" : gate is null ? null : $"{gate} to end") ?? block?.Reason;
        return step with { IsEligible = why is null, WaitingFor = why ?? NoPlace(cluster, operation.Name) };
    }

    private static string NoPlace(ClusterWork cluster, string pod) =>
        cluster.PlaceOf(pod) is { } place ? PodSteps.Offer(place.Host)
        : cluster.RefusalsOf(pod) is [var (host, refusal), ..] ? $"a host for it: {host} comes nearest: {refusal.Reason}"
        : PodSteps.NoOffer;
}
