namespace DataPlatform.Operators.Sdk.Blueprints;

/// <summary>In which order what needs each other gets ready: clusters of a blueprint, pods of a package. Pure.</summary>
public static class ReadyOrder
{
    /// <summary>Those that need each other, such as a, b, a; null when there are none.</summary>
    /// <param name="needs">By name; whoever is needed has an entry too.</param>
    public static IReadOnlyList<string>? Cycle(IReadOnlyDictionary<string, IReadOnlyCollection<string>> needs)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in needs.Keys)
        {
            if (Follow(name, [], needs, done) is { } cycle)
                return cycle;
        }

        return null;
    }

    /// <summary>Whoever is needed stands before those that need it; otherwise as given.</summary>
    /// <param name="needs">Without a cycle.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> names, IReadOnlyDictionary<string, IReadOnlyCollection<string>> needs)
    {
        var order = new List<string>();
        void Add(string name)
        {
            if (order.Contains(name))
                return;
            foreach (var needed in names.Where(needs[name].Contains))
                Add(needed);
            order.Add(name);
        }

        foreach (var name in names)
            Add(name);
        return order;
    }

    private static List<string>? Follow(string name, List<string> path, IReadOnlyDictionary<string, IReadOnlyCollection<string>> needs, HashSet<string> done)
    {
        if (path.IndexOf(name) is >= 0 and var start)
            return [.. path[start..], name];
        if (done.Contains(name))
            return null;
        path.Add(name);
        foreach (var next in needs[name])
        {
            if (Follow(next, path, needs, done) is { } cycle)
                return cycle;
        }

        path.RemoveAt(path.Count - 1);
        done.Add(name);
        return null;
    }
}
