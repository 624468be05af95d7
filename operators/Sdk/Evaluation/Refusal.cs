namespace DataPlatform.Operators.Sdk.Evaluation;

/// <summary>Why an offer does not take a pod, and at which stage that came out.</summary>
public sealed record Refusal(string Stage, string Reason);
