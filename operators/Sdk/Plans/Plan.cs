using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Plans;

/// <summary>
/// The way from what is there to what is wanted. Made anew from both whenever something happened: the scheduler takes the steps that are
/// eligible, and people see the same object.
/// </summary>
internal sealed record Plan(string Name, IReadOnlyList<Phase> Phases)
{
    public IEnumerable<Step> Steps => Phases.SelectMany(phase => phase.Steps);
}

internal sealed record Phase(string Name, Strategy Strategy, IReadOnlyList<Step> Steps);

/// <param name="Pod">The pod that it is about; empty when it is about the whole cluster.</param>
/// <param name="IsEligible">It is to be taken now.</param>
internal sealed record Step(StepKind Kind, string Name, string Pod, StepState State, bool IsEligible = false, string? WaitingFor = null)
{
    /// <summary>What people must know of how it was done; null when it was done as usual.</summary>
    public string? Note { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>What a step does.</summary>
internal enum StepKind
{
    /// <summary>Starts a pod's tasks, and is complete when they serve.</summary>
    Launch,

    /// <summary>Ends a pod's tasks.</summary>
    Kill,

    /// <summary>An operation on the whole.</summary>
    Act,

    /// <summary>Waits for a fact.</summary>
    Await,

    /// <summary>Gives a pod's place back.</summary>
    Release,
}
