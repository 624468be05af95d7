namespace DataPlatform.Operators.Sdk.State;

/// <summary>What an operator decided or saw of a cluster that can't be derived from its tasks.</summary>
public sealed record ClusterFacts(string ClusterId, DateTimeOffset? ReadyAt, bool Removing);
