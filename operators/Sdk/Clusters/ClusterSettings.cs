using System.Text.Json.Nodes;

using DataPlatform.Operators.Sdk.Artifacts;

namespace DataPlatform.Operators.Sdk.Clusters;

/// <summary>All that a package may know when it specifies a cluster.</summary>
/// <param name="LakePath">The lake's directory, the same on all hosts.</param>
/// <param name="Secret">A secret of this cluster by name: the same for the same name, now and after a restart.</param>
/// <param name="Connection">Another cluster by name; null when there is none.</param>
public sealed record ClusterSettings(
    WantedCluster Cluster, string LakePath, ResolvedArtifacts Artifacts, Func<string, string> Secret, Func<string, ClusterConnection?> Connection)
{
    public JsonObject Options => Cluster.Options;

    public string LakeUri => new Uri(LakePath).AbsoluteUri;

    /// <summary>The secret of one of the cluster's operations, by its number: the same for as long as the cluster lives.</summary>
    public Func<int, string> OperationSecret { get; init; } = _ => throw new InvalidOperationException("operations have no secrets here");

    /// <summary>Under which tasks reach the control plane, without a slash at the end; empty where there is none.</summary>
    public string PlatformUrl { get; init; } = "";

    /// <summary>Lets tasks read the platform's measurements, and nothing else.</summary>
    public string MetricsToken => Clusters.MetricsToken.Of(Cluster.Id, Secret(Clusters.MetricsToken.SecretName));

    /// <summary>Below which the control plane serves all pages of endpoints.</summary>
    public const string PagesRoot = "/ui";

    /// <summary>Where the control plane serves an endpoint's page, without a slash at the end.</summary>
    public string PagePath(string endpoint) => PagePath(Cluster.Name, endpoint);

    public static string PagePath(string cluster, string endpoint) => $"{PagesRoot}/{cluster}/{endpoint}";

    public string Text(string option) => Options[option]?.GetValue<string>() ?? "";
}
