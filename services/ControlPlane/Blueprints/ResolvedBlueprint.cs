using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Blueprints;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Services.ControlPlane.Clusters;

namespace DataPlatform.Services.ControlPlane.Blueprints;

/// <summary>A blueprint with all that it names found.</summary>
/// <param name="File">As it is called in problems.</param>
/// <param name="Clusters">In the order in which they get ready.</param>
public sealed record ResolvedBlueprint(string Name, string Title, string File, IReadOnlyList<ResolvedCluster> Clusters);

/// <param name="Package">Of the version that it is to run on.</param>
/// <param name="Options">All that the package has.</param>
/// <param name="Needs">Names of clusters.</param>
public sealed record ResolvedCluster(ClusterDeclaration Declared, IClusterOperator Engine, PackageView Package, JsonObject Options, IReadOnlyList<string> Needs)
{
    public string Name => Declared.Name.Value;

    /// <summary>Names of all clusters that it connects to; those of <see cref="Needs"/> first.</summary>
    public IEnumerable<string> Connected => Needs.Union(Engine.Connections(Options));
}

/// <summary>What became of looking up what a blueprint names.</summary>
public abstract record BlueprintResolving
{
    private BlueprintResolving() { }

    public sealed record Resolved(ResolvedBlueprint Blueprint) : BlueprintResolving;

    /// <summary>All that is wrong, in the order of the file.</summary>
    public sealed record Refused(IReadOnlyList<PackageProblem> Problems) : BlueprintResolving;
}
