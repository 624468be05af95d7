using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Tests;

/// <summary>Settings and contexts for tests of packages.</summary>
internal static class Clusters
{
    public static readonly StoredFile Jar = new("engine.jar", new string('a', 64), "http://store/a#sha256=a");
    public static readonly StoredFile Environment = new("python.tar", new string('b', 64), "http://store/b#sha256=b");

    public static ClusterSettings Settings(
        ServicePackage package, string options = "{}", bool python = true, Func<string, ClusterConnection?>? connection = null)
    {
        var merged = (JsonObject)package.Description.Defaults.DeepClone();
        foreach (var (name, value) in (JsonObject)JsonNode.Parse(options)!)
            merged[name] = value?.DeepClone();
        return new ClusterSettings(
            new WantedCluster("c-1", "trial", "ann", merged, DateTimeOffset.UnixEpoch), "/lake",
            new ResolvedArtifacts([Jar], python ? Environment : null), name => $"secret-{name}", connection ?? (_ => null)) { PlatformUrl = "http://10.0.0.1:8080", OperationSecret = number => $"secret-of-{number}" };
    }

    public static TaskSpecification Task(this ServiceSpecification service, string pod) => service.Pods.Single(candidate => candidate.Type == pod).Tasks.Single();

    public static TaskContext Context(string name, string ports, params PlacedTask[] peers)
    {
        var numbered = ports.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((port, index) => (port, 31000 + index)).ToDictionary(pair => pair.port, pair => pair.Item2);
        return new TaskContext(name, 0, "10.0.0.7", numbered, peers.ToDictionary(peer => peer.Name), peers.ToDictionary(peer => peer.Name));
    }

    public static TaskCommand Known(this CommandOutcome outcome) => outcome.ShouldBeOfType<CommandOutcome.Known>().Command;
}
