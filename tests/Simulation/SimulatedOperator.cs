using System.Text.Json.Nodes;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;

namespace DataPlatform.Simulation.Tests;

/// <summary>The real decisions of an operator, which keeps clusters of a small engine; over a store and a link of the test's own.</summary>
internal sealed class SimulatedOperator
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SimulatedCluster cluster;
    private readonly Queue<OperatorCommand> commands = [];
    private readonly WantedCluster[] wanted;
    private OperatorCore core = null!;
    private SteadyTime time = null!;
    private string? stream;
    private TimeSpan patience;
    private TimeSpan nextTick;
    private int crashAfter = -1;
    private bool isOver;

    public SimulatedOperator(SimulatedCluster cluster)
    {
        this.cluster = cluster;
        wanted = [.. Enumerable.Range(0, 2).Select(number => new WantedCluster($"cluster-{number}", $"cluster-{number}", "someone", new JsonObject(), cluster.Wall))];
        Store = new SimulatedOperatorStore(cluster.Chance);
        Start();
    }

    public SimulatedOperatorStore Store { get; }

    /// <summary>Nothing is wanted any more, and nothing is left.</summary>
    public bool IsDone => isOver && core.Known.Count == 0;

    /// <summary>For people.</summary>
    public string Progress => $"operator {core.FrameworkId} {core.Disconnected} knows {string.Join(" ", core.Known)}; runs {string.Join(", ", Running.Select(process => $"{process.Task}"))}";

    private IEnumerable<SimulatedProcess> Running => cluster.Agents.SelectMany(agent => agent.Host.Alive)
        .Where(process => process.FrameworkId == core.FrameworkId && !process.IsUnwanted);

    public void BreakStream()
    {
        if (stream is not null)
            cluster.Master.CloseSchedulerStream(stream);
        stream = null;
        commands.Enqueue(new OperatorCommand.Signal(new SchedulerSignal.Disconnected("the stream broke", TimeSpan.Zero)));
    }

    /// <summary>Its process ends within one of its next steps, and another begins with what its store holds.</summary>
    public void CrashSoon(int steps) => crashAfter = steps;

    /// <summary>What was wanted is there, each of it once: from now on nothing is.</summary>
    public void EndWhenComplete()
    {
        if (isOver || !IsComplete)
            return;
        isOver = true;
        RemoveAll();
    }

    public void Step()
    {
        if (stream is null)
            Subscribe();
        else if (!cluster.Master.Schedulers.TryReceive(stream, out var received))
            BreakStream();
        else if (received is not null)
            Take(received);
        else if (core.Disconnected is not null && cluster.Steady > patience)
            BreakStream();
        if (cluster.Steady >= nextTick)
        {
            nextTick = cluster.Steady + TimeSpan.FromMilliseconds(500);
            commands.Enqueue(new OperatorCommand.Tick());
        }

        while (commands.TryDequeue(out var command))
            CarryOut(core.Handle(command, time.Now));
    }

    private bool IsComplete => Running.Select(process => process.Name).Order(StringComparer.Ordinal)
        .SequenceEqual(wanted.SelectMany(each => SimulatedPackage.Tasks.Select(task => $"{each.Name}/{task}")).Order(StringComparer.Ordinal));

    private void Start()
    {
        commands.Clear();
        core = new OperatorCore(new SimulatedPackage(), new CoreSettings("/lake", cluster.NewUuid, _ => null) { Spread = cluster.Chance.NextDouble }, Store.Load());
        time = new SteadyTime(new SimulatedTime(cluster));
        (stream, crashAfter) = (null, -1);
        // What people want is the control plane's to remember.
        foreach (var each in wanted)
            commands.Enqueue(new OperatorCommand.Want(each));
        if (isOver)
            RemoveAll();
    }

    private void RemoveAll()
    {
        foreach (var each in wanted)
            commands.Enqueue(new OperatorCommand.Remove(each.Id));
    }

    private void Take(SchedulerEvent received)
    {
        if (received.Type == SchedulerEvent.Types.Type.Subscribed)
            cluster.Invariants.Told(received.Subscribed.FrameworkId.Value);
        if (received.Type == SchedulerEvent.Types.Type.Error)
        {
            stream = null;
            commands.Enqueue(new OperatorCommand.Signal(new SchedulerSignal.Disconnected(received.Error.Message, TimeSpan.Zero)));
            return;
        }

        commands.Enqueue(new OperatorCommand.Signal(new SchedulerSignal.Received(received)));
    }

    /// <summary>As the operator does: first all that must be remembered, then the rest in order. It may end between any two.</summary>
    private void CarryOut(IReadOnlyList<OperatorEffect> effects)
    {
        var durable = effects.OfType<OperatorEffect.Store>().Select(effect => effect.Change).ToList();
        if (CrashesHere())
            return;
        if (durable.Count > 0 && !Store.TryWrite(durable))
        {
            Start();
            return;
        }

        foreach (var effect in effects)
        {
            if (CrashesHere())
                return;
            if (effect is OperatorEffect.Call(var call))
                Call(call);
            else if (effect is OperatorEffect.Resolve resolve)
                commands.Enqueue(new OperatorCommand.Resolved(resolve.ClusterId, new ArtifactResolution.Ready(ResolvedArtifacts.None)));
        }
    }

    private bool CrashesHere()
    {
        if (crashAfter < 0 || crashAfter-- > 0)
            return false;
        Start();
        return true;
    }

    private void Subscribe()
    {
        stream = cluster.Master.OpenSchedulerStream();
        var info = new FrameworkInfo { User = "nobody", Name = "operator", Checkpoint = true, FailoverTimeout = 1e6 };
        info.Roles.Add(SimulatedPackage.Role);
        info.Capabilities.Add(new[] { Capability.MultiRole, Capability.PartitionAware, Capability.TaskKillingState, Capability.ReservationRefinement }
            .Select(type => new FrameworkInfo.Types.Capability { Type = type }));
        var call = new SchedulerCall { Type = SchedulerCall.Types.Type.Subscribe, Subscribe = new SchedulerCall.Types.Subscribe { FrameworkInfo = info } };
        if (core.FrameworkId is { } id)
            call.FrameworkId = info.Id = new FrameworkID { Value = id };
        cluster.Master.Post(new PoolCommand.Subscribe(call, stream, SimulatedCluster.Anyone));
        patience = cluster.Steady + Patience;
    }

    /// <summary>One after another; a call may be lost, or its answer.</summary>
    private void Call(SchedulerCall call)
    {
        if (core.FrameworkId is not { } id)
            return;
        call.FrameworkId = new FrameworkID { Value = id };
        if (call.Type == SchedulerCall.Types.Type.Kill)
            cluster.Invariants.Kills.Asked($"{id}/{call.Kill.TaskId.Value}", call.Kill.KillPolicy);
        var launched = call.Accept?.Operations.SelectMany(operation => operation.Launch?.TaskInfos ?? []).Select(task => task.TaskId.Value);
        if (launched?.FirstOrDefault(task => !Store.Knows(task)) is { } unknown)
            cluster.Invariants.Fail($"task {unknown} was launched, and the next operator does not know it");
        var fate = cluster.Network.IsGood ? 2 : cluster.Chance.Next(20);
        if (fate > 0)
            cluster.Master.Post(new PoolCommand.SchedulerRequest(call, stream, SimulatedCluster.Anyone));
        if (fate < 2)
            commands.Enqueue(new OperatorCommand.Lost(call));
    }
}
