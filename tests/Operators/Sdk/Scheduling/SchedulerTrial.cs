using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.State;
using Google.Protobuf;
using Shouldly;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>A scheduler's core, driven step by step: send what happens, expect what it does. No clock, no network.</summary>
public sealed class SchedulerTrial
{
    public const string Cluster = "c1";

    private readonly MemoryDocuments store = new();
    private TrialPackage package;
    private readonly double spread;
    private readonly string? firstTurn;
    private WantedCluster wanted = new(Cluster, "mine", "me", [], Beginning);
    private SchedulerCore core;
    private int ids;
    private int offers;

    public SchedulerTrial(TrialPackage? package = null, double spread = 0, string? firstTurn = null)
    {
        this.package = package ?? new TrialPackage();
        this.spread = spread;
        this.firstTurn = firstTurn;
        core = NewCore();
    }

    public DateTimeOffset Now { get; private set; } = Beginning;

    private static DateTimeOffset Beginning { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public SchedulerMemory Memory => SchedulerMemory.Read(store.Load(Cluster));

    /// <summary>What the last thing sent led to.</summary>
    public IReadOnlyList<SchedulerEffect> Effects { get; private set; } = [];

    public IEnumerable<SchedulerCall> Calls => Effects.OfType<SchedulerEffect.Call>().Select(effect => effect.Of);

    public ClusterObservation? Observation => core.Observe(Now);

    public IReadOnlyDictionary<string, TaskRow> Rows =>
        Memory.Tasks.GroupBy(row => row.Name).ToDictionary(group => group.Key, group => group.MaxBy(row => row.Number)!);

    /// <summary>A cluster that is wanted, with its artifacts there, and a subscription.</summary>
    public static SchedulerTrial Started(TrialPackage? package = null, double spread = 0) => new SchedulerTrial(package, spread).SendSubscribed().SendWant().SendArtifacts();

    public SchedulerTrial SendSubscribed(string framework = "F") => Send(Received(new SchedulerEvent
    {
        Type = SchedulerEvent.Types.Type.Subscribed, Subscribed = new SchedulerEvent.Types.Subscribed { FrameworkId = new FrameworkID { Value = framework } },
    }));

    public SchedulerTrial SendWant() => SendWant(_ => wanted);

    /// <summary>What people want changes.</summary>
    public SchedulerTrial SendWant(Func<WantedCluster, WantedCluster> change) => Send(new SchedulerCommand.Want(wanted = change(wanted)));

    /// <summary>They want other options: the next target.</summary>
    public SchedulerTrial SendTarget(JsonObject options) => SendWant(before => before with
    {
        Target = before.Target + 1, TargetAt = Now, Options = options,
        Earlier = new Dictionary<int, JsonObject>(before.Earlier) { [before.Target] = before.Options },
    }).SendArtifacts();

    public SchedulerTrial SendArtifacts() => Send(new SchedulerCommand.Resolved(wanted.Target, new ArtifactResolution.Ready(ResolvedArtifacts.None)));

    public SchedulerTrial SendOffer(string agent, double cpus = 4, double memory = 8192, int firstPort = 31000, int ports = 20) => SendOffers(Offer(agent, cpus, memory, firstPort, ports));

    public SchedulerTrial SendOffers(params Offer[] all)
    {
        var received = new SchedulerEvent { Type = SchedulerEvent.Types.Type.Offers, Offers = new SchedulerEvent.Types.Offers() };
        received.Offers.Offers_.Add(all);
        return Send(Received(received));
    }

    public Offer Offer(string agent, double cpus = 4, double memory = 8192, int firstPort = 31000, int ports = 20)
    {
        var offer = new Offer
        {
            Id = new OfferID { Value = $"O{++offers}" }, AgentId = new AgentID { Value = agent }, FrameworkId = new FrameworkID { Value = "F" }, Hostname = agent,
            Url = new URL { Scheme = "http", Address = new Address { Ip = "10.0.0." + agent[^1], Port = 5051 } },
            AllocationInfo = new Resource.Types.AllocationInfo { Role = "trial" },
        };
        foreach (var (name, amount) in new[] { ("cpus", cpus), ("mem", memory), ("disk", 10000) })
            offer.Resources.Add(new Resource { Name = name, Type = Value.Types.Type.Scalar, Scalar = new Value.Types.Scalar { Value = amount } });
        var range = new Resource { Name = "ports", Type = Value.Types.Type.Ranges, Ranges = new Value.Types.Ranges() };
        if (ports > 0)
            range.Ranges.Range.Add(new Value.Types.Range { Begin = (ulong)firstPort, End = (ulong)(firstPort + ports - 1) });
        offer.Resources.Add(range);
        return offer;
    }

    public SchedulerTrial SendStatus(string task, TaskState state, string? message = null, params string[] lastLines) => SendStatusOf(Rows[task].TaskId, state, message, lastLines: lastLines);

    /// <summary>What the agent says of a task with a check: null before it has an answer.</summary>
    public SchedulerTrial SendChecked(string task, bool? connected) => SendStatusOf(
        Rows[task].TaskId, TaskState.TaskRunning, check: new CheckStatusInfo
        {
            Type = CheckInfo.Types.Type.Tcp,
            Tcp = connected is { } known ? new CheckStatusInfo.Types.Tcp { Succeeded = known } : new CheckStatusInfo.Types.Tcp(),
        });

    public SchedulerTrial SendStatusOf(string taskId, TaskState state, string? message = null, CheckStatusInfo? check = null, params string[] lastLines)
    {
        var report = new TaskReport { TaskId = new TaskID { Value = taskId }, State = state, AgentId = new AgentID { Value = "A1" }, Uuid = ByteString.CopyFromUtf8("u"), CheckStatus = check };
        if (message is not null)
            report.Message = message;
        report.LastLines.Add(lastLines);
        return Send(Received(new SchedulerEvent { Type = SchedulerEvent.Types.Type.Update, Update = new SchedulerEvent.Types.Update { Status = report } }));
    }

    /// <summary>What an agent tells as an executor.</summary>
    public SchedulerTrial SendMessage(string executor, string agent, ByteString data) => Send(Received(new SchedulerEvent
    {
        Type = SchedulerEvent.Types.Type.Message,
        Message = new SchedulerEvent.Types.Message { AgentId = new AgentID { Value = agent }, ExecutorId = new ExecutorID { Value = executor }, Data = data },
    }));

    /// <summary>What the engine says of itself, twice: only what is said later than something happened counts.</summary>
    public SchedulerTrial SendFacts(string task, params (string Fact, string Value)[] facts)
    {
        for (var time = 0; time < 2; time++)
        {
            Now += TimeSpan.FromSeconds(1);
            SendFactsOnce(task, facts);
        }
        return this;
    }

    public SchedulerTrial SendFactsOnce(string task, params (string Fact, string Value)[] facts)
    {
        var row = Rows[task];
        return SendMessage(row.TaskId, row.AgentId, FactsOf(facts));
    }

    public static ByteString FactsOf(params (string Fact, string Value)[] facts)
    {
        var report = new ActivityReport { LookedAt = 1 };
        report.Seen.Add(facts.Select(fact => new ActivityReport.Types.Seen { Sign = new ActivityInfo.Types.Sign { Kind = ActivityInfo.Types.Sign.Types.Kind.Fact, Of = fact.Fact }, Value = fact.Value }));
        return report.ToByteString();
    }

    public SchedulerTrial SendReady(string task) => SendChecked(task, null).SendChecked(task, true);

    public SchedulerTrial SendRescind(Offer offer) => Send(Received(new SchedulerEvent
    {
        Type = SchedulerEvent.Types.Type.Rescind, Rescind = new SchedulerEvent.Types.Rescind { OfferId = offer.Id },
    }));

    public SchedulerTrial SendRemove() => Send(new SchedulerCommand.Remove());

    public SchedulerTrial SendEnded(SubscriptionEnd kind) => Send(new SchedulerCommand.Signal(new SchedulerSignal.Ended(kind, "as the master says")));

    public SchedulerTrial Later(TimeSpan time)
    {
        Now += time;
        return Send(new SchedulerCommand.Tick());
    }

    /// <summary>The scheduler's process ends and another begins with what was stored.</summary>
    /// <param name="with">Another edition of the package; null for the same.</param>
    public SchedulerTrial Restart(TrialPackage? with = null)
    {
        package = with ?? package;
        core = NewCore();
        return this;
    }

    /// <summary>What each task was given secretly when it was launched last.</summary>
    public Dictionary<string, string> LaunchedSecrets { get; } = [];

    public static IEnumerable<TaskInfo> LaunchedBy(IEnumerable<SchedulerCall> calls) =>
        calls.Where(call => call.Type == SchedulerCall.Types.Type.Accept).SelectMany(call => call.Accept.Operations).SelectMany(operation => operation.Launch?.TaskInfos ?? []);

    public SchedulerTrial ExpectLaunched(params string[] tasks)
    {
        LaunchedBy(Calls).Select(task => task.Name["mine/".Length..]).Order(StringComparer.Ordinal).ShouldBe(tasks.Order(StringComparer.Ordinal));
        return this;
    }

    /// <summary>What the accepted offers are used for, in order.</summary>
    public IEnumerable<Offer.Types.Operation.Types.Type> Operations =>
        Calls.Where(call => call.Type == SchedulerCall.Types.Type.Accept).SelectMany(call => call.Accept.Operations).Select(operation => operation.Type);

    /// <summary>An offer of what is reserved for a pod at its place, and of nothing else.</summary>
    public Offer ReservedOffer(string pod, PodPlace? place = null)
    {
        place ??= Memory.Pods.Single(record => record.Name == pod).Place!;
        var offer = Offer(place.AgentId, cpus: 0, memory: 0, ports: 0);
        offer.Resources.Clear();
        offer.Resources.Add(new PodReservation(Cluster, pod, null).Messages(place.Reserved, place.AllPorts, "trial"));
        return offer;
    }

    public SchedulerTrial ExpectKilled(params string[] tasks)
    {
        Calls.Where(call => call.Type == SchedulerCall.Types.Type.Kill).Select(call => call.Kill.TaskId.Value).Order().ShouldBe(tasks.Select(task => Rows[task].TaskId).Order());
        return this;
    }

    public SchedulerTrial ExpectCall(SchedulerCall.Types.Type type)
    {
        Calls.ShouldContain(call => call.Type == type);
        return this;
    }

    public SchedulerTrial ExpectNoCall(SchedulerCall.Types.Type type)
    {
        Calls.ShouldNotContain(call => call.Type == type);
        return this;
    }

    public SchedulerTrial ExpectStep(string step, StepState state)
    {
        StepOf(step).State.ShouldBe(state);
        return this;
    }

    public SchedulerTrial ExpectState(ClusterState state)
    {
        Observation.ShouldNotBeNull().State.ShouldBe(state);
        return this;
    }

    /// <summary>Of the latest plan that has it.</summary>
    public StepView StepOf(string step) => Observation.ShouldNotBeNull().Plans.SelectMany(plan => plan.Phases).SelectMany(phase => phase.Steps).Last(each => each.Name == step);

    public SchedulerTrial Send(SchedulerCommand command)
    {
        Effects = core.Handle(command, Now);
        foreach (var task in LaunchedBy(Calls))
            LaunchedSecrets[task.Name["mine/".Length..]] = string.Concat(task.Command.Environment.Variables.Where(variable => variable.Secret is not null).Select(variable => variable.Secret.Value.Data.ToStringUtf8()));
        store.Write(Cluster, [.. Effects.OfType<SchedulerEffect.Store>().Select(effect => effect.Change)]);
        return this;
    }

    private static SchedulerCommand.Signal Received(SchedulerEvent received) => new(new SchedulerSignal.Received(received));

    private SchedulerCore NewCore() => new(
        package, Cluster, new CoreSettings("/lake", () => new Guid(++ids, 0, 0, new byte[8]), () => [1, 2, 3]) { Spread = () => spread, FirstTurn = firstTurn }, SchedulerMemory.Read(store.Load(Cluster)));
}
