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
        var row = RowOf(cluster, operation);
        if (cluster.IsSkipped(operation.Name))
            return Step(operation, row) with { State = StepState.Failed, WaitingFor = "skipped by request" };
        if (row is { Living: false } && cluster.IsOver(operation) && row.State != "TASK_FINISHED")
            return Step(operation, row) with { State = StepState.Failed, WaitingFor = row.Message ?? row.State };
        return StepOf(cluster, operation, disconnected ?? (cluster.MustPark ? "the cluster to be brought up again: it is parked" : cluster.Facts.ReadyAt is null ? "the cluster to be ready"
            : cluster.Wanted!.IsPaused ? "the plan to be continued: it is paused" : gate is null ? null : $"{gate} to end"), now);
    }

    /// <summary>A step of whatever plan that the engine takes itself.</summary>
    /// <param name="why">Why it may not be begun now; null when it may.</param>
    public static Step StepOf(ClusterWork cluster, PodInstance operation, string? why, DateTimeOffset now)
    {
        var row = RowOf(cluster, operation);
        var step = Step(operation, row);
        if (cluster.IsSkipped(operation.Name))
            return step with { State = StepState.Complete, WaitingFor = "skipped by request" };
        if (row is { Living: true })
            return step with { State = row.StartedAt is null ? StepState.Preparing : StepState.Starting, WaitingFor = row.KillReason is { } reason ? $"its end: {reason}" : row.StartedAt is null ? $"host {row.Host} to fetch and start it" : "its end" };
        if (cluster.IsOver(operation))
            return step with { State = StepState.Complete };
        var block = Readiness.WhyNot(cluster, operation, now);
        if (block is { Final: true })
            return step with { State = StepState.Failed, WaitingFor = block.Reason };
        var waiting = why ?? block?.Reason;
        return step with { FinishedAt = null, IsEligible = waiting is null, WaitingFor = waiting ?? NoPlace(cluster, operation.Name) };
    }

    private static TaskRow? RowOf(ClusterWork cluster, PodInstance operation) => operation.TaskNames().Select(task => cluster.Tasks.GetValueOrDefault(task.Task)).FirstOrDefault(row => row is { Living: true } || !(row?.Number <= operation.Since));

    private static Step Step(PodInstance operation, TaskRow? row) => new(StepKind.Act, operation.Name, operation.Name, StepState.Pending) { StartedAt = row?.LaunchedAt, FinishedAt = row?.EndedAt };

    private static string NoPlace(ClusterWork cluster, string pod) =>
        cluster.PlaceOf(pod) is { } place ? PodSteps.Offer(place.Host)
        : cluster.RefusalsOf(pod) is [var (host, refusal), ..] ? $"a host for it: {host} comes nearest: {refusal.Reason}"
        : PodSteps.NoOffer;
}
