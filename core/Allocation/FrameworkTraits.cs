using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>What a framework can deal with: it is offered nothing else.</summary>
public sealed record FrameworkTraits
{
    /// <summary>A framework without any capability or wish.</summary>
    public static readonly FrameworkTraits Plain = new();

    /// <summary>GPU_RESOURCES: may be offered agents with gpus.</summary>
    public bool TakesGpus { get; init; }

    /// <summary>REGION_AWARE: may be offered agents of another region than the master's.</summary>
    public bool TakesOtherRegions { get; init; }

    /// <summary>REVOCABLE_RESOURCES: may be offered what is lent.</summary>
    public bool TakesRevocable { get; init; }

    /// <summary>SHARED_RESOURCES: may be offered volumes that others use too.</summary>
    public bool TakesShared { get; init; }

    /// <summary>RESERVATION_REFINEMENT: may be offered reservations within reservations.</summary>
    public bool TakesRefined { get; init; }

    /// <summary>Of those who borrowed, the lowest gives back first.</summary>
    public int Priority { get; init; }

    /// <summary>Which agents it wants at all.</summary>
    public AgentConstraints Constraints { get; init; } = AgentConstraints.None;

    /// <summary>By role: an offer holds at least one of these, instead of what the allocator's settings say.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<ResourceQuantities>> LeastAllocatable { get; init; } =
        new Dictionary<string, IReadOnlyList<ResourceQuantities>>();
}
