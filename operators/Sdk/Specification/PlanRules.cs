namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>
/// What plans mind of a pod whose instances hold something together, such as replicas: when one of them may end, and what the engine has to do before one is
/// removed for good or after some were added. What breaks by itself is started again whatever stands here.
/// </summary>
public sealed record PlanRules
{
    public static PlanRules None { get; } = new();

    /// <summary>What every instance must say of itself before a plan ends one that serves; all of them serve then.</summary>
    public IReadOnlyList<FactCondition> EndWhen { get; init; } = [];

    /// <summary>An instance that says this of itself is ended after all others; null where the order does not matter.</summary>
    public FactCondition? EndLast { get; init; }

    /// <summary>Types of pods that need it to end well themselves: where everything ends, it ends when none of theirs runs any more.</summary>
    public IReadOnlyList<string> EndAfter { get; init; } = [];

    /// <summary>The operation (<see cref="OperationKind.Step"/>) that must have succeeded before an instance is removed with its data; null for none.</summary>
    public string? BeforeRemoval { get; init; }

    /// <summary>The operation (<see cref="OperationKind.Step"/>) that follows when instances were added to a cluster that has served; null for none.</summary>
    public string? AfterAddition { get; init; }
}
