namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>What the engine of one launch said of itself when it was last asked.</summary>
/// <param name="HeardAt">By the scheduler's clock.</param>
/// <param name="HeardBefore">When it was heard the time before: what is said now was asked for after that. Null for the first time.</param>
internal sealed record FactReport(DateTimeOffset HeardAt, DateTimeOffset? HeardBefore, IReadOnlyDictionary<string, FactValue> Values);

/// <summary>One of the two is there.</summary>
internal readonly record struct FactValue(string? Value, string? WhyNot);
