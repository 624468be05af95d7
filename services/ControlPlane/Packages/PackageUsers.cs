using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Packages;

/// <summary>Which clusters need a version of a package to be there.</summary>
public sealed class PackageUsers(Catalogue catalogue, ClusterStore clusters)
{
    /// <summary>Names, in order; a cluster on its way from one version to another uses both.</summary>
    public IReadOnlyList<string> Of(string package, string version) =>
        [.. clusters.Living().Where(cluster => cluster.Package == package && Uses(cluster, version)).Select(cluster => cluster.Name).Order(StringComparer.Ordinal)];

    private bool Uses(DesiredCluster cluster, string version)
    {
        if (cluster.VersionOf() == version) return true;
        var settled = catalogue.Find(cluster.Package)?.Observe(cluster.Id)?.SettledTarget ?? 0;
        return cluster.Earlier.Any(earlier => earlier.Number >= settled && (ClusterVersions.In(earlier.Options) ?? cluster.Version) == version);
    }
}
