using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>On which version of its package a cluster runs: its option <c>version</c> says so where the package has versions to choose from. Pure.</summary>
public static class ClusterVersions
{
    public const string Option = DeclaredPackage.VersionOption;

    /// <summary>Null when the options name none.</summary>
    public static string? In(JsonObject? options) => (options?[Option] as JsonValue)?.ToString();

    public static string VersionOf(this DesiredCluster cluster) => In(cluster.Options) ?? cluster.Version;

    /// <summary>All options of the cluster; one that was launched before its package had this option stays at the version that it was launched with.</summary>
    public static JsonObject OptionsOf(this IClusterOperator engine, DesiredCluster cluster) => engine.Whole(engine.Pinned(cluster.Options, cluster.Version));

    /// <param name="version">For options that name none.</param>
    public static JsonObject Pinned(this IClusterOperator engine, JsonObject options, string version) =>
        !engine.Defaults.ContainsKey(Option) || options.ContainsKey(Option) ? options : OptionsCheck.WithDefaults(new JsonObject { [Option] = version }, options);

    /// <summary>What can be launched of the version that the options name, else of the newest; null when there is no such version.</summary>
    public static PackageView? PackageOf(this IClusterOperator engine, JsonObject? options) => In(options) is { } version ? engine.PackageOf(version) : engine.Package;

    /// <summary>What clusters of a version can be asked to do; of one that is not here, what those of the newest can.</summary>
    public static IReadOnlyList<PackageOperationView> OperationsOf(this IClusterOperator engine, string version) => (engine.PackageOf(version) ?? engine.Package).Operations;

    /// <summary>Options with that version, where it is an option at all.</summary>
    public static JsonObject With(this PackageView package, JsonObject options)
    {
        if (package.Defaults.ContainsKey(Option)) options[Option] = package.Version;
        return options;
    }
}
