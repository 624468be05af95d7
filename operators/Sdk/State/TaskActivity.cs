namespace DataPlatform.Operators.Sdk.State;

/// <summary>What is known of one launch's activity from what its agent has told so far.</summary>
/// <param name="LookedAt">When it was last looked, by the scheduler's clock where the agent's is ahead of it.</param>
public sealed record TaskActivity(string TaskId, DateTimeOffset LookedAt)
{
    /// <summary>Why the last look proves nothing; null when it does.</summary>
    public string? WhyNot { get; init; }

    /// <summary>What it did when it was looked at, such as <c>3 jobs</c>; null for nothing.</summary>
    public string? Busy { get; init; }

    /// <summary>When it last did something; null when it never did.</summary>
    public DateTimeOffset? LastAt { get; init; }

    public string? LastOf { get; init; }

    /// <summary>Counts by what is counted, as they were last seen.</summary>
    public IReadOnlyDictionary<string, double> Counts { get; init; } = new Dictionary<string, double>(0);
}
