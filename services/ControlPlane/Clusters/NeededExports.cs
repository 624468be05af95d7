namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>What the clusters export that one cluster needs: each has to export something, and no variable may come from two of them. Pure.</summary>
internal sealed class NeededExports
{
    private readonly Dictionary<string, string> exported = new(StringComparer.Ordinal);

    /// <param name="others">What could be needed instead of one that exports nothing.</param>
    /// <returns>What speaks against needing it beside those before it, and what is allowed.</returns>
    public IReadOnlyList<(string Message, string Allowed)> Add(string cluster, string package, IReadOnlyList<string> variables, Func<string> others)
    {
        var problems = new List<(string, string)>();
        if (variables.Count == 0) problems.Add(($"{cluster} ({package}) exports nothing by which others could reach it", others()));
        if (variables.FirstOrDefault(exported.ContainsKey) is { } twice) problems.Add(($"{exported[twice]} and {cluster} both export {twice}", "one of them"));
        foreach (var variable in variables) exported.TryAdd(variable, cluster);
        return problems;
    }
}
