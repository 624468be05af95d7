namespace DataPlatform.Operators.Sdk.Evaluation;

/// <summary>Why an offer does not take a pod, and at which stage that came out.</summary>
public sealed record Refusal(string Stage, string Reason)
{
    /// <summary>How far the offer is from taking it: what it lacks, in thousandths of what is asked, all resources together. The most where more of them would not help.</summary>
    public long Miss { get; init; } = long.MaxValue;
}
