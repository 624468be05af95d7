using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>What can be launched: one operator for each package.</summary>
public sealed class Catalogue(IEnumerable<IClusterOperator> operators)
{
    public IReadOnlyList<IClusterOperator> Operators { get; } = [.. operators.OrderBy(one => one.Name, StringComparer.Ordinal)];

    public IEnumerable<PackageView> Packages => Operators.Select(one => one.Package);

    public IClusterOperator? Find(string package) => Operators.FirstOrDefault(one => one.Name == package);
}
