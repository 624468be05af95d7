using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.State;
using Google.Protobuf;
using Shouldly;

namespace DataPlatform.Operators.Tests.Sdk.Scheduling;

/// <summary>An operator's core, driven step by step: send what happens, expect what it does. No clock, no network.</summary>
public sealed class OperatorTrial
{
    public const string Cluster = "c1";

    private readonly MemoryStore store = new();
    private readonly TrialPackage package;
    private readonly double spread;
    private OperatorCore core;
    private int ids;
    private int offers;

    public OperatorTrial(TrialPackage? package = null, double spread = 0)
    {
        this.package = package ?? new TrialPackage();
        this.spread = spread;
        core = NewCore();
    }

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What the last thing sent led to.</summary>
    public IReadOnlyList<OperatorEffect> Effects { get; private set; } = [];

    public IEnumerable<SchedulerCall> Calls => Effects.OfType<OperatorEffect.Call>().Select(effect => effect.Of);

    public ClusterObservation? Observation => core.Observe(Cluster, Now);

    public IReadOnlyDictionary<string, TaskRow> Rows =>
        store.Load().Tasks.GroupBy(row => row.Name).ToDictionary(group => group.Key, group => group.OrderBy(row => row.LaunchedAt).Last());

    /// <summary>A cluster that is wanted, with its artifacts there, and a subscription.</summary>
    public static OperatorTrial Started(TrialPackage? package = null, double spread = 0) => new OperatorTrial(package, spread).SendSubscribed().SendWant().SendArtifacts();

    public OperatorTrial SendSubscribed(string framework = "F") => Send(Received(new SchedulerEvent
    {
        Type = SchedulerEvent.Types.Type.Subscribed, Subscribed = new SchedulerEvent.Types.Subscribed { FrameworkId = new FrameworkID { Value = framework } },
    }));

    public OperatorTrial SendWant() => Send(new OperatorCommand.Want(new WantedCluster(Cluster, "mine", "me", [], Now)));

    public OperatorTrial SendArtifacts() => Send(new OperatorCommand.Resolved(Cluster, new ArtifactResolution.Ready(ResolvedArtifacts.None)));

    public OperatorTrial SendOffer(string agent, double cpus = 4, double memory = 8192, int firstPort = 31000, int ports = 20) => SendOffers(Offer(agent, cpus, memory, firstPort, ports));

    public OperatorTrial SendOffers(params Offer[] all)
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
        range.Ranges.Range.Add(new Value.Types.Range { Begin = (ulong)firstPort, End = (ulong)(firstPort + ports - 1) });
        offer.Resources.Add(range);
        return offer;
    }

    public OperatorTrial SendStatus(string task, TaskState state, string? message = null) => SendStatusOf(Rows[task].TaskId, state, message);

    /// <summary>What the agent says of a task with a check: null before it has an answer.</summary>
    public OperatorTrial SendChecked(string task, bool? connected) => SendStatusOf(
        Rows[task].TaskId, TaskState.TaskRunning, check: new CheckStatusInfo
        {
            Type = CheckInfo.Types.Type.Tcp,
            Tcp = connected is { } known ? new CheckStatusInfo.Types.Tcp { Succeeded = known } : new CheckStatusInfo.Types.Tcp(),
        });

    public OperatorTrial SendStatusOf(string taskId, TaskState state, string? message = null, CheckStatusInfo? check = null)
    {
        var report = new TaskReport { TaskId = new TaskID { Value = taskId }, State = state, AgentId = new AgentID { Value = "A1" }, Uuid = ByteString.CopyFromUtf8("u"), CheckStatus = check };
        if (message is not null)
            report.Message = message;
        return Send(Received(new SchedulerEvent { Type = SchedulerEvent.Types.Type.Update, Update = new SchedulerEvent.Types.Update { Status = report } }));
    }

    public OperatorTrial SendReady(string task) => SendChecked(task, null).SendChecked(task, true);

    public OperatorTrial SendRemove() => Send(new OperatorCommand.Remove(Cluster));

    public OperatorTrial SendEnded(string reason) => Send(new OperatorCommand.Signal(new SchedulerSignal.Ended(reason)));

    public OperatorTrial Later(TimeSpan time)
    {
        Now += time;
        return Send(new OperatorCommand.Tick());
    }

    /// <summary>The operator's process ends and another begins with what was stored.</summary>
    public OperatorTrial Restart()
    {
        core = NewCore();
        return this;
    }

    public OperatorTrial ExpectLaunched(params string[] tasks)
    {
        var launched = Calls.Where(call => call.Type == SchedulerCall.Types.Type.Accept).SelectMany(call => call.Accept.Operations).SelectMany(operation => operation.Launch.TaskInfos);
        launched.Select(task => task.Name["mine/".Length..]).Order(StringComparer.Ordinal).ShouldBe(tasks.Order(StringComparer.Ordinal));
        return this;
    }

    public OperatorTrial ExpectKilled(params string[] tasks)
    {
        Calls.Where(call => call.Type == SchedulerCall.Types.Type.Kill).Select(call => call.Kill.TaskId.Value).Order().ShouldBe(tasks.Select(task => Rows[task].TaskId).Order());
        return this;
    }

    public OperatorTrial ExpectCall(SchedulerCall.Types.Type type)
    {
        Calls.ShouldContain(call => call.Type == type);
        return this;
    }

    public OperatorTrial ExpectNoCall(SchedulerCall.Types.Type type)
    {
        Calls.ShouldNotContain(call => call.Type == type);
        return this;
    }

    public OperatorTrial ExpectStep(string step, StepState state)
    {
        StepOf(step).State.ShouldBe(state);
        return this;
    }

    public OperatorTrial ExpectState(ClusterState state)
    {
        Observation.ShouldNotBeNull().State.ShouldBe(state);
        return this;
    }

    public StepView StepOf(string step) => Observation.ShouldNotBeNull().Plans[0].Phases.SelectMany(phase => phase.Steps).Single(each => each.Name == step);

    public OperatorTrial Send(OperatorCommand command)
    {
        Effects = core.Handle(command, Now);
        store.Write([.. Effects.OfType<OperatorEffect.Store>().Select(effect => effect.Change)]);
        return this;
    }

    private static OperatorCommand.Signal Received(SchedulerEvent received) => new(new SchedulerSignal.Received(received));

    private OperatorCore NewCore() => new(package, new CoreSettings("/lake", () => new Guid(++ids, 0, 0, new byte[8]), _ => null) { Spread = () => spread }, store.Load());
}
