using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Plans;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk;

/// <summary>What a cluster with certain options would be, before anybody wants it. Pure.</summary>
public static class TrialSpecification
{
    /// <param name="options">All of them, as the package's schema allows.</param>
    public static ServiceSpecification Of(ServicePackage package, JsonObject options, string lakePath) => package.Specify(new ClusterSettings(
        new WantedCluster("", package.Name, "", options, DateTimeOffset.UnixEpoch), lakePath, ResolvedArtifacts.None, _ => "", _ => null));

    /// <summary>What such a cluster would ask of hosts.</summary>
    public static IReadOnlyList<PodNeeds> Needs(ServicePackage package, JsonObject options, string lakePath) =>
        [.. Of(package, options, lakePath).Pods.Select(pod => new PodNeeds(pod.Type, pod.Count, Observations.View(pod.Resources)))];
}
