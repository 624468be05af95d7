namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>
/// Which cluster gathers offers for its first places: the oldest of those that want to. One at a time, so that what becomes free is not
/// split between clusters of which none gets enough. One that has not been placed for long makes way, so that what can't be placed now
/// does not hold up everybody. Pure; to be used by one thread at a time.
/// </summary>
public sealed class PlacementOrder
{
    /// <summary>How long a cluster gathers while others wait.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, Place> waiting = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> told = new(StringComparer.Ordinal);
    private string? first;
    private DateTimeOffset firstSince;

    private sealed record Place(string Name, DateTimeOffset CreatedAt, int Round);

    /// <returns>What is to be told: to which cluster, and whom it waits for; null when it is its turn.</returns>
    public IReadOnlyList<(string ClusterId, string? WaitsFor)> Begin(string clusterId, string name, DateTimeOffset createdAt, DateTimeOffset now)
    {
        waiting[clusterId] = new Place(name, createdAt, 0);
        // Its scheduler may be another one than that which was told before.
        told.Remove(clusterId);
        return Tell(now);
    }

    /// <summary>It is placed, or wants to be no more.</summary>
    public IReadOnlyList<(string ClusterId, string? WaitsFor)> End(string clusterId, DateTimeOffset now)
    {
        waiting.Remove(clusterId);
        told.Remove(clusterId);
        return Tell(now);
    }

    /// <summary>Time has passed.</summary>
    public IReadOnlyList<(string ClusterId, string? WaitsFor)> Tick(DateTimeOffset now)
    {
        if (first is not null && waiting.Count > 1 && now - firstSince >= Patience)
            waiting[first] = waiting[first] with { Round = waiting.Values.Max(place => place.Round) + 1 };
        return Tell(now);
    }

    private List<(string, string?)> Tell(DateTimeOffset now)
    {
        var inOrder = waiting.OrderBy(pair => pair.Value.Round).ThenBy(pair => pair.Value.CreatedAt).ThenBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        var head = inOrder.Count == 0 ? null : inOrder[0].Key;
        if (head != first)
            firstSince = now;
        first = head;
        var news = new List<(string, string?)>();
        string? before = null;
        // Each hears of the one just before it: when the first is placed, one of all that wait has news.
        foreach (var (id, place) in inOrder)
        {
            var waitsFor = before;
            before = place.Name;
            if (told.TryGetValue(id, out var known) && known == waitsFor)
                continue;
            told[id] = waitsFor;
            news.Add((id, waitsFor));
        }

        return news;
    }
}
