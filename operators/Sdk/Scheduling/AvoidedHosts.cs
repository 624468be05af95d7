namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>
/// Hosts on which tasks could not be started: a full disk, a program that is missing. The emptiest host is chosen first, and one on
/// which nothing starts stays the emptiest: so it is avoided for a while, for longer each time, and then tried again.
/// </summary>
internal sealed class AvoidedHosts
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, Trouble> troubles = new(StringComparer.Ordinal);

    private sealed record Trouble(int Times, DateTimeOffset Until, string Reason, bool IsTold);

    /// <summary>Of several launches that fail together the first counts.</summary>
    public void Failed(string agentId, string reason, DateTimeOffset now)
    {
        var before = troubles.GetValueOrDefault(agentId);
        if (before is not null && before.Until > now)
            return;
        var times = (before?.Times ?? 0) + 1;
        troubles[agentId] = new Trouble(times, now + DoubledPause.After(times, Shortest, Longest), reason, IsTold: false);
    }

    public void Worked(string agentId) => troubles.Remove(agentId);

    /// <summary>Null when it may be used.</summary>
    public string? WhyNot(string agentId, DateTimeOffset now) => troubles.TryGetValue(agentId, out var trouble) && trouble.Until > now
        ? $"avoided until {trouble.Until:HH:mm:ss}, as a task could not be started there: {trouble.Reason}"
        : null;

    /// <summary>True, once, when a host may be tried again.</summary>
    public bool TakeEnded(DateTimeOffset now)
    {
        var ended = troubles.Where(pair => !pair.Value.IsTold && pair.Value.Until <= now).ToList();
        foreach (var (agentId, trouble) in ended)
            troubles[agentId] = trouble with { IsTold = true };
        return ended.Count > 0;
    }
}
