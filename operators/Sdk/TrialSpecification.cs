using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Plans;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk;

/// <summary>What a cluster with certain options would be, before anybody wants it. Pure.</summary>
public static class TrialSpecification
{
    internal const string Host = "192.0.2.1";
    private const int FirstPort = 31000;

    /// <param name="options">All of them, as the package's schema allows.</param>
    /// <param name="launched">Those of a cluster that is there already, with which it began; else the same.</param>
    public static ServiceSpecification Of(ServicePackage package, JsonObject options, string lakePath, JsonObject? launched = null) => package.Specify(Settings(package, options, lakePath, launched));

    /// <summary>What such a cluster would ask of hosts.</summary>
    public static IReadOnlyList<PodNeeds> Needs(ServicePackage package, JsonObject options, string lakePath) =>
        [.. Of(package, options, lakePath).Pods.Select(pod => new PodNeeds(pod.Type, pod.Count, Observations.View(pod.WithVolumes)))];

    /// <summary>Names of the variables by which others would reach such a cluster. A folder is nobody's alone: the files of several can stand in it.</summary>
    public static IReadOnlyList<string> Exports(ServicePackage package, JsonObject options, string lakePath)
    {
        var settings = Settings(package, options, lakePath);
        var placed = Placed(package.Specify(settings));
        var keys = package.Keys(settings, placed);
        return [.. package.Exports(settings, placed).Keys.Concat(keys.Variables.Keys).Concat(keys.Paths.Where(path => keys.Files.Any(file => file.Path == path.Value)).Select(path => path.Key)).Order(StringComparer.Ordinal)];
    }

    /// <summary>All tasks, as if each had a place.</summary>
    internal static Dictionary<string, PlacedTask> Placed(ServiceSpecification service) => service.Pods
        .SelectMany(pod => Enumerable.Range(0, pod.Count).SelectMany(index => pod.Tasks.Select(task => new PlacedTask(pod.TaskName(index, task), "trial", Host, Ports(task), Ready: true))))
        .ToDictionary(task => task.Name, StringComparer.Ordinal);

    internal static Dictionary<string, int> Ports(TaskSpecification task) => task.Ports.Select((port, index) => (port, index)).ToDictionary(each => each.port, each => FirstPort + each.index);

    private static ClusterSettings Settings(ServicePackage package, JsonObject options, string lakePath, JsonObject? launched = null) => new(
        new WantedCluster("", package.Name, "", options, DateTimeOffset.UnixEpoch) { Earlier = new Dictionary<int, JsonObject> { [1] = launched ?? options } },
        lakePath, ResolvedArtifacts.None, _ => "", _ => null);
}
