namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>Sandboxes by how long their tasks have been over, the longest first. For several threads.</summary>
internal sealed class FinishedSandboxes
{
    private readonly Lock guard = new();
    private readonly SortedSet<(long Since, string Path)> order = new(Comparer<(long Since, string Path)>.Create(
        (left, right) => left.Since != right.Since ? left.Since.CompareTo(right.Since) : string.CompareOrdinal(left.Path, right.Path)));
    private readonly Dictionary<string, long> since = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (guard)
                return since.Count;
        }
    }

    /// <param name="timestamp">When the task ended, on the clock that never steps.</param>
    public void Add(string path, long timestamp)
    {
        lock (guard)
        {
            if (since.Remove(path, out var before))
                order.Remove((before, path));
            since[path] = timestamp;
            order.Add((timestamp, path));
        }
    }

    /// <summary>Null when there is none.</summary>
    public (long Since, string Path)? Oldest
    {
        get
        {
            lock (guard)
                return order.Count == 0 ? null : order.Min;
        }
    }

    public void Remove(string path)
    {
        lock (guard)
        {
            if (since.Remove(path, out var before))
                order.Remove((before, path));
        }
    }
}
