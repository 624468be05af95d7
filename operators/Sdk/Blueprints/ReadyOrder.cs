using DataPlatform.Operators.Sdk.Declared;

namespace DataPlatform.Operators.Sdk.Blueprints;

/// <summary>In which order clusters get ready that need each other. Pure.</summary>
public static class ReadyOrder
{
    /// <summary>Clusters that need each other, such as a, b, a; null when there are none.</summary>
    /// <param name="needs">By name; whoever is needed has an entry too.</param>
    public static IReadOnlyList<string>? Cycle(IReadOnlyDictionary<string, IReadOnlyCollection<string>> needs) => PodOrder.Cycle(needs);

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
}
