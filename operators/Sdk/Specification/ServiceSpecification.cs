namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>A whole cluster: its pods and in which order they come up.</summary>
public sealed record ServiceSpecification(IReadOnlyList<PodSpecification> Pods, PlanSpecification Deploy)
{
    /// <summary>What it can be asked to do while it serves.</summary>
    public IReadOnlyList<OperationSpecification> Operations { get; init; } = [];

    /// <summary>What its engine says of itself.</summary>
    public IReadOnlyList<EngineFact> Facts { get; init; } = [];

    /// <summary>What its engine tells in rows to those who ask.</summary>
    public IReadOnlyList<EngineTable> Tables { get; init; } = [];

    /// <summary>What is drawn of its engine's measurements.</summary>
    public IReadOnlyList<EngineChart> Charts { get; init; } = [];

    /// <summary>Of what runs: another one is other files even where nothing else differs. Null where it is never chosen.</summary>
    public string? Version { get; init; }
}

/// <summary>Whether what is listed waits for what stands before it.</summary>
public enum Strategy
{
    Serial,
    Parallel,

    /// <summary>The first alone, and the others together when it is complete.</summary>
    Canary,
}

/// <param name="Strategy">How the phases follow each other.</param>
public sealed record PlanSpecification(Strategy Strategy, IReadOnlyList<PhaseSpecification> Phases);

/// <summary>A phase brings up all instances of one pod.</summary>
/// <param name="Pod">The pod's type.</param>
public sealed record PhaseSpecification(string Name, string Pod, Strategy Strategy);
