using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>Which cluster connects to which, as it is wanted now.</summary>
public sealed class ClusterDependencies(Catalogue catalogue, ClusterStore clusters)
{
    /// <summary>Clusters that connect to one of these, but for these themselves and those that are being deleted.</summary>
    public IReadOnlyList<DesiredCluster> Of(IReadOnlyCollection<string> names) =>
    [
        .. clusters.Living().Where(cluster => cluster.DeleteRequestedAt is null && !names.Contains(cluster.Name) && Named(cluster).Any(names.Contains)),
    ];

    /// <summary>Null when nobody needs any of them.</summary>
    /// <param name="but">A blueprint whose clusters do not count.</param>
    public Problem? WhyKept(IReadOnlyCollection<string> names, string? but = null)
    {
        var needing = Of(names).Where(cluster => but is null || cluster.Blueprint != but).ToList();
        if (needing.Count == 0) return null;
        var who = string.Join(", ", needing.Select(cluster => $"{cluster.Name} ({cluster.Package})"));
        return new Problem(
            "Other clusters need it", 409, $"{who} {(needing.Count == 1 ? "connects" : "connect")} to {string.Join(", ", names.Where(name => needing.Exists(cluster => Named(cluster).Contains(name))))}. Nothing was done.",
            [new FieldProblem("even_if_needed", "was not said", $"true (dp: --even-if-needed), or after {string.Join(", ", needing.Select(cluster => cluster.Name))}")]);
    }

    private IReadOnlyList<string> Named(DesiredCluster cluster) => catalogue.Find(cluster.Package)?.Connected(cluster.Options, cluster.Needs) ?? cluster.Needs;
}
