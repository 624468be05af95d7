using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>An engine for tests: a head and workers that must know it, and on demand a job that runs once.</summary>
public sealed class TrialPackage(Strategy strategy = Strategy.Parallel, int workers = 2, bool job = false, int workersPerHost = int.MaxValue) : ServicePackage
{
    public static readonly TaskResources Head = new(500, 512, 100);
    public static readonly TaskResources Worker = new(1000, 1024, 100);

    public override string Name => "trial";

    public override ArtifactNeeds Needs(JsonObject options) => new(Name, Folder, Jars: true, Python: false);

    public override ServiceSpecification Specify(ClusterSettings settings)
    {
        var pods = new List<PodSpecification>
        {
            new("head", 1, [new TaskSpecification("", Head, ["rpc"], Program, _ => new ReadinessCheck.Tcp("rpc"))]) { SingleNamed = true },
            new("worker", workers, [new TaskSpecification("", Worker, ["rpc"], Joined, _ => new ReadinessCheck.Tcp("rpc"))])
            {
                Placement = [PlacementRule.AtMostOnOneHost(workersPerHost)],
            },
        };
        var phases = new List<PhaseSpecification> { new("head", "head", Strategy.Serial), new("workers", "worker", strategy) };
        if (job)
        {
            pods.Add(new("job", 1, [new TaskSpecification("", Head, [], Program, _ => new ReadinessCheck.Running()) { RunsOnce = true }]) { SingleNamed = true });
            phases.Add(new("job", "job", Strategy.Serial));
        }
        return new ServiceSpecification(pods, new PlanSpecification(strategy, phases));
    }

    public override IReadOnlyList<EndpointView> Endpoints(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) =>
        tasks.TryGetValue("head", out var head) ? [new EndpointView("head", "Head", $"trial://{head.Address("rpc")}", null)] : [];

    public override IReadOnlyList<SnippetView> Snippets(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) => [];

    private static CommandOutcome Program(TaskContext context) =>
        new TaskCommand("/bin/trial", [context.Host], new Dictionary<string, string>(), [], []);

    private static CommandOutcome Joined(TaskContext context) => context.Peer("head") is { } head
        ? new TaskCommand("/bin/trial", [head.Address("rpc")], new Dictionary<string, string>(), [], [])
        : new CommandOutcome.Waiting("the head has no place yet");
}
