using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>An engine for tests: a head and workers that must know it, and on demand a job that runs once.</summary>
/// <param name="named">The options <c>motto</c>, <c>workers</c> and <c>memory</c> are the workers'.</param>
/// <param name="secret">All tasks are given one.</param>
/// <param name="other">A cluster to which the head connects; null for none.</param>
/// <param name="volumes">The head and each worker have one.</param>
/// <param name="rules">Workers are replicas of each other: none ends before all say that nothing is short, the one that leads ends last, one is drained before it goes, and data is spread when some were added.</param>
/// <param name="mates">Workers know where all of them are, and where the head is, whatever runs there.</param>
/// <param name="grows">There may be so many workers while jobs wait, of which the head knows; 0 for a fixed count.</param>
/// <param name="looks">The head gives evidence of what it does.</param>
public sealed class TrialPackage(
    Strategy strategy = Strategy.Parallel, int workers = 2, bool job = false, int workersPerHost = int.MaxValue, bool named = false, string? other = null, bool secret = false, bool looks = false, bool volumes = false, bool rules = false, bool mates = false, int grows = 0) : ServicePackage
{
    public const Strategy Serially = Strategy.Serial;

    public static readonly TaskResources Head = new(500, 512, 100);
    public static readonly TaskResources Worker = new(1000, 1024, 100);

    private static readonly ActivityLook[] Looks =
    [
        new(
            new LookWay.Http("rpc", "/status", new Dictionary<string, string> { ["Authorization"] = "token t" }),
            [
                new ActivitySign(SignKind.Busy, "jobs", new SignPlace.Json("$.jobs")) { Above = 1 },
                new ActivitySign(SignKind.Count, "queries", new SignPlace.Match("queries ([0-9]+)")),
                new ActivitySign(SignKind.Time, "a session", new SignPlace.Json("$.last")),
            ]) { Expect = "jobs" },
    ];

    private static readonly ActivityLook[] Facts =
    [
        new(new LookWay.Http("rpc", "/state"), [new ActivitySign(SignKind.Fact, "short", new SignPlace.Json("$.short")), new ActivitySign(SignKind.Fact, "leads", new SignPlace.Json("$.leads"))]),
    ];

    private static readonly ActivityLook[] Work =
    [
        new(new LookWay.Http("rpc", "/work"), [new ActivitySign(SignKind.Fact, "waiting", new SignPlace.Json("$.waiting")), new ActivitySign(SignKind.Fact, "running", new SignPlace.Json("$.running"))]),
    ];

    private static readonly PlanRules Rules = new()
    {
        EndWhen = [new FactCondition("short", FactComparison.Is, "0")], EndLast = new FactCondition("leads", FactComparison.Is, "true"), BeforeRemoval = "drain", AfterAddition = "spread",
    };

    public bool HasRules => rules;

    public override string Name => "trial";

    public override PackageDescription Description { get; } = new("trial", "Trial", "For tests.", "1", [], []);

    public override ArtifactNeeds Needs(JsonObject options) => new(Name, "", Jars: true, Python: false);

    public override IReadOnlyList<string> Connections(JsonObject options) => other is null ? [] : [other];

    public override ServiceSpecification Specify(ClusterSettings settings)
    {
        var worker = Worker with { MemoryMebibytes = Option(settings, "memory", (int)Worker.MemoryMebibytes) };
        VolumeSpecification[] kept = volumes ? [new VolumeSpecification("data", 200, "data")] : [];
        var pods = new List<PodSpecification>
        {
            new("head", 1, [new TaskSpecification("", Head, ["rpc"], context => Told(settings, Connected(settings, context)), _ => new ReadinessCheck.Tcp("rpc")) { Activity = looks ? _ => Looks : null, Volumes = kept, Facts = grows > 0 ? _ => Work : null, LookEvery = TimeSpan.FromSeconds(2) }]) { SingleNamed = true, Rules = rules ? new PlanRules { EndAfter = ["worker"] } : PlanRules.None },
            new("worker", Option(settings, "workers", workers),
                [new TaskSpecification("", worker, ["rpc"], context => Told(settings, mates ? Located(settings, context) : Joined(settings, context)), _ => new ReadinessCheck.Tcp("rpc")) { Volumes = kept, Facts = rules ? _ => Facts : null, LookEvery = TimeSpan.FromSeconds(2) }])
            {
                Placement = [PlacementRule.AtMostOnOneHost(workersPerHost)],
                Rules = rules ? Rules : PlanRules.None, KnowsItsOwn = mates,
                Growth = grows > 0
                    ? new GrowthRule(
                        Option(settings, "workers", workers), grows, "head", new FactCondition("waiting", FactComparison.AtLeast, "1"), TimeSpan.FromSeconds(4), new FactCondition("running", FactComparison.Is, "0"), TimeSpan.FromSeconds(10))
                    : null,
            },
        };
        var phases = new List<PhaseSpecification> { new("head", "head", Strategy.Serial), new("workers", "worker", strategy) };
        if (job)
        {
            pods.Add(new("job", 1, [new TaskSpecification("", Head, [], Program, _ => new ReadinessCheck.Running()) { RunsOnce = true }]) { SingleNamed = true });
            phases.Add(new("job", "job", Strategy.Serial));
        }
        return new ServiceSpecification(pods, new PlanSpecification(strategy, phases)) 
        {
            Operations = [new OperationSpecification("backup", OperationKind.Backup, Backup), new OperationSpecification("drain", OperationKind.Step, Step), new OperationSpecification("spread", OperationKind.Step, Step)],
            Facts = grows > 0 ? [new EngineFact("waiting", "Jobs that wait", "head", null), new EngineFact("running", "Jobs that run", "head", null)] : rules ? [new EngineFact("short", "Copies that are missing", "worker", new FactCondition("short", FactComparison.Is, "0"))] : [],
        };
    }

    public override IReadOnlyList<EndpointView> Endpoints(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) =>
        tasks.TryGetValue("head", out var head) ? [new EndpointView("head", "Head", $"trial://{head.Address("rpc")}", null)] : [];

    public override IReadOnlyList<MeasuredPod> Measured(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) =>
        [.. tasks.Values.Where(task => task.Ports.ContainsKey("rpc")).OrderBy(task => task.Name, StringComparer.Ordinal).Select(task => new MeasuredPod(task.Name, task.Host, task.Ports["rpc"], "/metrics"))];

    public override IReadOnlyList<SnippetView> Snippets(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) => [];

    private static PodSpecification Backup(WantedOperation wanted) => new(
        "backup", 1, [new TaskSpecification("", Head, [], context => context.Peer("head") is { Ready: true } head
            ? new TaskCommand("/bin/backup", [head.Address("rpc"), wanted.Folder ?? ""], new Dictionary<string, string>(), [], [])
            : new CommandOutcome.Waiting("the head does not serve"), _ => new ReadinessCheck.Running()) { RunsOnce = true, EndsWithin = TimeSpan.FromMinutes(10) }]) { IsOperation = true };

    private static PodSpecification Step(WantedOperation wanted) => new(
        wanted.Name, 1, [new TaskSpecification("", Head, [], context => context.Peer("head") is { Ready: true } head
            ? new TaskCommand($"/bin/{wanted.Name}", [head.Address("rpc"), wanted.Subject!.Pod, wanted.Subject.Host], new Dictionary<string, string>(), [], [])
            : new CommandOutcome.Waiting("the head does not serve"), _ => new ReadinessCheck.Running()) { RunsOnce = true }]) { IsOperation = true };

    private int Option(ClusterSettings settings, string option, int otherwise) => named && settings.Options[option] is { } value ? value.GetValue<int>() : otherwise;

    private CommandOutcome Told(ClusterSettings settings, CommandOutcome outcome) => secret && outcome is CommandOutcome.Known(var command)
        ? command with { Secrets = new Dictionary<string, string> { ["TOKEN"] = settings.Secret("token") } }
        : outcome;

    private CommandOutcome Connected(ClusterSettings settings, TaskContext context) => other is null ? Program(context)
        : settings.Connection(other) is { Ready: true } connection
            ? new TaskCommand("/bin/trial", [context.Host], connection.Environment, [], [])
            : new CommandOutcome.Waiting($"there is no cluster {other}");

    private static CommandOutcome Program(TaskContext context) =>
        new TaskCommand("/bin/trial", [context.Host], new Dictionary<string, string>(), [], []);

    private CommandOutcome Located(ClusterSettings settings, TaskContext context)
    {
        var places = Enumerable.Range(0, Option(settings, "workers", workers)).Select(index => $"worker-{index}").Prepend("head").Select(context.Place).ToList();
        return places.Contains(null) ? new CommandOutcome.Waiting("not all have a place yet") : new TaskCommand("/bin/trial", [.. places.Select(place => place!.Address("rpc"))], new Dictionary<string, string>(), [], []);
    }

    private CommandOutcome Joined(ClusterSettings settings, TaskContext context) => context.Peer("head") is { } head
        ? new TaskCommand("/bin/trial", [head.Address("rpc"), named ? settings.Text("motto") : ""], new Dictionary<string, string>(), [], [])
        : new CommandOutcome.Waiting("the head has no place yet");
}
