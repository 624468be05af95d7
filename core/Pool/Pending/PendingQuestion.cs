using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>Why does the framework get no offer, for one of its roles, that holds so much?</summary>
/// <param name="Wanted">What one offer is to hold; null for whatever offers hold at least.</param>
public sealed record PendingQuestion(string FrameworkId, string Role, ResourceQuantities? Wanted = null)
{
    /// <summary>More rules for agents than the framework gave the master.</summary>
    public AgentConstraints Constraints { get; init; } = AgentConstraints.None;

    /// <summary>What may end, the soonest first; null for each other framework with all that it runs.</summary>
    public IReadOnlyList<PendingRelease>? IfEnded { get; init; }

    /// <summary>What does nothing and may end at any time, the best first.</summary>
    public IReadOnlyList<PendingRelease> Idle { get; init; } = [];

    /// <summary>What has to find room at the same time, on whatever agents. Where it does not, what has to end is told for all of it.</summary>
    public IReadOnlyList<ResourceQuantities> Together { get; init; } = [];

    /// <summary>Of the list of all agents, by id: which to show each with its reason.</summary>
    public int Offset { get; init; }

    public int Limit { get; init; }
}

/// <summary>Tasks that end together, such as those of a cluster. Those that are not there, or that the caller may not see, count for nothing.</summary>
public sealed record PendingRelease(string Name, IReadOnlyList<(string FrameworkId, string TaskId)> Tasks)
{
    /// <summary>What is reserved to roles in which it alone is, and no volume, is given back as well; null when only tasks end.</summary>
    public string? FrameworkId { get; init; }
}
