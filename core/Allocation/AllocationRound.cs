namespace DataPlatform.Core.Allocation;

/// <summary>What a round of allocation takes from outside, so that the same state and round always give the same offers.</summary>
/// <param name="Now">Filters that end at or before this time hide nothing any more.</param>
/// <param name="Seed">Shuffles the agents, so that no agent is always the first.</param>
/// <param name="AgentIds">Only these agents; null for all. Unknown ones are passed over.</param>
public sealed record AllocationRound(DateTimeOffset Now, ulong Seed, IReadOnlyCollection<string>? AgentIds = null);
