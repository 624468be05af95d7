using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Scheduling;

namespace DataPlatform.Operators.Sdk.Plans;

/// <summary>Operations as people see them.</summary>
internal static class OperationViews
{
    public static IReadOnlyList<OperationView> Of(ClusterWork cluster, IReadOnlyList<Plan> plans)
    {
        var steps = plans.SelectMany(plan => plan.Steps).ToDictionary(step => step.Pod, StringComparer.Ordinal);
        return
        [
            .. (cluster.Wanted?.Operations ?? []).OrderBy(wanted => wanted.Number).Select(wanted =>
            {
                var known = cluster.Specification?.Operations.FirstOrDefault(operation => operation.Name == wanted.Name);
                var step = steps.GetValueOrDefault(wanted.Pod);
                return new OperationView(
                    wanted.Number, wanted.Name, (known?.Kind.ToString() ?? "unknown").ToLowerInvariant(), step?.State ?? (cluster.Specification is null ? StepState.Pending : StepState.Failed), wanted.At,
                    step?.StartedAt, step?.FinishedAt, wanted.Folder, step is null ? cluster.Specification is null ? "the package store" : "the package knows no such operation" : step.WaitingFor) { Inputs = wanted.Inputs, HandsOut = known is { HandsOut: true } && step is { State: StepState.Complete } };
            }),
        ];
    }
}
