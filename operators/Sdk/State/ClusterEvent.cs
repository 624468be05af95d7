namespace DataPlatform.Operators.Sdk.State;

/// <summary>Something that happened to a cluster. Events are only added to.</summary>
/// <param name="Number">From 1, without gaps.</param>
/// <param name="Subject">The pod or task that it is about; empty for the whole cluster.</param>
/// <param name="Text">What happened, and why.</param>
public sealed record ClusterEvent(long Number, DateTimeOffset At, string Subject, string Text);
