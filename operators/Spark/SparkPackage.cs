using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Spark;

/// <summary>A standalone Spark: a master, workers, and a Spark Connect server that notebooks and programs of any language speak to.</summary>
public sealed class SparkPackage : ServicePackage
{
    internal const string Master = "master";
    internal const string Worker = "worker";
    internal const string Connect = "connect";

    public override string Name => "spark";

    public override ArtifactNeeds Needs(JsonObject options) => new(Name, Folder, Jars: true, Python: true);

    public override ServiceSpecification Specify(ClusterSettings settings)
    {
        var daemons = new SparkDaemons(settings, Folder);
        return new ServiceSpecification(
            [
                new PodSpecification(Master, 1, [daemons.Master()]) { SingleNamed = true },
                new PodSpecification(Worker, settings.Number("workers"), [daemons.Worker()]),
                new PodSpecification(Connect, 1, [daemons.Connect()]) { SingleNamed = true },
            ],
            // The Connect server takes so long to start that the master serves by then; workers wait for that themselves.
            new PlanSpecification(
                Strategy.Parallel,
                [
                    new PhaseSpecification("master", Master, Strategy.Parallel),
                    new PhaseSpecification("workers", Worker, Strategy.Parallel),
                    new PhaseSpecification("connect", Connect, Strategy.Parallel),
                ]));
    }

    public override IReadOnlyList<EndpointView> Endpoints(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks)
    {
        var endpoints = new List<EndpointView>();
        if (tasks.TryGetValue(Connect, out var connect))
            endpoints.Add(new EndpointView("connect", "Spark Connect", Remote(connect), null));
        if (tasks.TryGetValue(Master, out var master))
            endpoints.Add(new EndpointView(Master, "Spark master", $"http://{master.Address(SparkPorts.Page)}/", MasterPage(settings)));
        return endpoints;
    }

    public override IReadOnlyList<SnippetView> Snippets(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) =>
        tasks.TryGetValue(Connect, out var connect) ? SparkSnippets.For(settings, RemoteWithToken(settings, connect)) : [];

    public override ClusterKeys Keys(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) =>
        tasks.TryGetValue(Connect, out var connect)
            ? ClusterKeys.None with { Variables = new Dictionary<string, string> { ["SPARK_REMOTE"] = RemoteWithToken(settings, connect) } }
            : base.Keys(settings, tasks);

    public override IReadOnlyList<LakeFolder> LakeFolders(ClusterSettings settings) => [new LakeFolder(EventLog(settings))];

    /// <summary>Event logs outlive their cluster; a leading underscore keeps them from being listed as a dataset.</summary>
    internal static string EventLog(ClusterSettings settings) => $"_events/{settings.Cluster.Name}";

    internal static string MasterPage(ClusterSettings settings) => settings.PagePath(Master) + "/";

    // Not as the parameter token: clients send that over TLS only, which Spark Connect does not speak. What they do not know they send as it is, with each call.
    private static string RemoteWithToken(ClusterSettings settings, PlacedTask connect) => $"{Remote(connect)}/;authorization=Bearer%20{settings.Secret(SparkConfiguration.Token)}";

    private static string Remote(PlacedTask connect) => $"sc://{connect.Address(SparkPorts.Grpc)}";
}
