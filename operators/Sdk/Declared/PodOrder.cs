namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Which pod waits for which.</summary>
internal static class PodOrder
{
    /// <summary>Pods that wait for each other, such as a, b, a; null when there are none.</summary>
    public static IReadOnlyList<string>? Cycle(IReadOnlyDictionary<string, IReadOnlyCollection<string>> waitsFor)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pod in waitsFor.Keys)
        {
            if (Follow(pod, [], waitsFor, done) is { } cycle)
                return cycle;
        }

        return null;
    }

    private static List<string>? Follow(string pod, List<string> path, IReadOnlyDictionary<string, IReadOnlyCollection<string>> waitsFor, HashSet<string> done)
    {
        if (path.IndexOf(pod) is >= 0 and var start)
            return [.. path[start..], pod];
        if (done.Contains(pod))
            return null;
        path.Add(pod);
        foreach (var next in waitsFor[pod])
        {
            if (Follow(next, path, waitsFor, done) is { } cycle)
                return cycle;
        }

        path.RemoveAt(path.Count - 1);
        done.Add(pod);
        return null;
    }
}
