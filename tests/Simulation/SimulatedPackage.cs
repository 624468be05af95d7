using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Simulation.Tests;

/// <summary>A small engine: a head, and workers that must know where it is. The head has data, and by an option the workers too.</summary>
internal sealed class SimulatedPackage : ServicePackage
{
    public const string Role = "engines";

    public const string Operation = "backup";

    private const int MilliCpus = 100;
    private const int Mebibytes = 32;

    /// <summary>Of a cluster with these options.</summary>
    public static IReadOnlyList<string> TasksOf(JsonObject options) => ["head", .. Enumerable.Range(0, Workers(options)).Select(number => $"worker-{number}")];

    private static VolumeSpecification[] Kept => [new("data", 3, "data")];

    public override string Name => Role;

    public override PackageDescription Description { get; } = new(Role, "Engine", "For simulations.", "1", [], []);

    public override ArtifactNeeds Needs(JsonObject options) => new(Name, "", Jars: false, Python: false);

    public override ServiceSpecification Specify(ClusterSettings settings) => Specify(settings, settings.Options["size"]!.GetValue<int>());

    private static ServiceSpecification Specify(ClusterSettings settings, int times) => new(
        [
            new("head", 1, [new TaskSpecification("", Size(times), ["rpc"], _ => Program("head"), _ => new ReadinessCheck.Tcp("rpc")) { Volumes = Kept }]) { SingleNamed = true },
            new("worker", Workers(settings.Options), [new TaskSpecification("", Size(times), [], context => Joined(settings, context), _ => new ReadinessCheck.Running()) { Volumes = settings.Text("data") == "all" ? Kept : [] }]),
        ],
        new PlanSpecification(Strategy.Serial, [new("head", "head", Strategy.Serial), new("workers", "worker", Strategy.Parallel)]))
    {
        Operations = [new(Operation, OperationKind.Plain, _ => new(Operation, 1, [new TaskSpecification("", Size(1), [], _ => Program(Operation), _ => new ReadinessCheck.Running()) { RunsOnce = true }]) { IsOperation = true })],
    };

    public override IReadOnlyList<EndpointView> Endpoints(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) => [];

    public override IReadOnlyList<SnippetView> Snippets(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) => [];

    private static TaskResources Size(int times) => new(MilliCpus * times, Mebibytes * times, 1);

    private static int Workers(JsonObject options) => options["workers"]!.GetValue<int>();

    private static CommandOutcome Joined(ClusterSettings settings, TaskContext context) =>
        context.Peer("head") is { } head ? Program($"{head.Address("rpc")} {settings.Options["motto"]}") : new CommandOutcome.Waiting("the head has no place yet");

    private static TaskCommand Program(string argument) => new("/bin/engine", [argument], new Dictionary<string, string>(), [], []);
}
