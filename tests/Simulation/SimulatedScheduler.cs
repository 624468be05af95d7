using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;

namespace DataPlatform.Simulation.Tests;

/// <summary>The real decisions of the scheduler of one cluster of a small engine; over documents and a link of the test's own.</summary>
internal sealed partial class SimulatedScheduler
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SimulatedCluster cluster;
    private readonly Queue<SchedulerCommand> commands = [];
    private SchedulerCore core = null!;
    private SteadyTime time = null!;
    private string? stream;
    private TimeSpan patience;
    private TimeSpan nextTick;
    private int crashAfter = -1;

    public SimulatedScheduler(int number, SimulatedCluster cluster)
    {
        this.cluster = cluster;
        wanted = new WantedCluster($"id-{number}", $"cluster-{number}", "someone", new JsonObject { ["workers"] = 2, ["size"] = cluster.PodSize, ["data"] = number % 2 == 0 ? "head" : "all" }, cluster.Wall + TimeSpan.FromSeconds(number))
        {
            Operations = number == 0 ? [new WantedOperation(1, SimulatedPackage.Operation, null, cluster.Wall)] : [],
        };
        Documents = new SimulatedDocuments(wanted.Id, cluster);
        Start();
    }

    public string ClusterId => wanted.Id;

    public SimulatedDocuments Documents { get; }

    /// <summary>For people.</summary>
    public string Progress => $"scheduler {core.FrameworkId} {core.Disconnected} of {wanted.Name} (target {wanted.Target}) is {core.Observe(cluster.Wall)?.State} {core.Observe(cluster.Wall)?.Reason}; runs {string.Join(", ", Running.Select(process => $"{process.Task}"))}";

    private IEnumerable<SimulatedProcess> Running => cluster.Agents.SelectMany(agent => agent.Host.Alive)
        .Where(process => process.FrameworkId == core.FrameworkId && !process.IsUnwanted);

    public void BreakStream()
    {
        if (stream is not null)
            cluster.Master.CloseSchedulerStream(stream);
        stream = null;
        commands.Enqueue(new SchedulerCommand.Signal(new SchedulerSignal.Disconnected("the stream broke", TimeSpan.Zero)));
    }

    /// <summary>Its process ends within one of its next steps, and another begins with what its store holds.</summary>
    public void CrashSoon(int steps) => crashAfter = steps;

    public void Turn(string? waitsFor) => commands.Enqueue(new SchedulerCommand.Turn(waitsFor));

    public void Step()
    {
        if (core.IsGone)
            return;
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
            commands.Enqueue(new SchedulerCommand.Tick());
        }

        while (commands.TryDequeue(out var command))
        {
            if (command is SchedulerCommand.Want(var heard))
                cluster.Invariants.Data.Wanted(heard);
            else if (command is SchedulerCommand.Remove)
                cluster.Invariants.Data.Deleted(wanted.Id);
            CarryOut(core.Handle(command, time.Now));
        }
    }

    private void Start()
    {
        commands.Clear();
        core = new SchedulerCore(new SimulatedPackage(), wanted.Id, new CoreSettings("/lake", cluster.NewUuid, () => new byte[32]) { Spread = cluster.Chance.NextDouble, FirstTurn = "others" }, Documents.Load());
        time = new SteadyTime(new SimulatedTime(cluster));
        (stream, crashAfter) = (null, -1);
        // What people want is the control plane's to remember.
        commands.Enqueue(new SchedulerCommand.Want(wanted));
        if (isOver)
            commands.Enqueue(new SchedulerCommand.Remove());
    }

    private void Take(SchedulerEvent received)
    {
        if (received.Type == SchedulerEvent.Types.Type.Subscribed)
            cluster.Invariants.Told(received.Subscribed.FrameworkId.Value);
        if (received.Type == SchedulerEvent.Types.Type.Error)
        {
            stream = null;
            var isRemoved = received.Error.Message.Contains("removed", StringComparison.Ordinal);
            commands.Enqueue(new SchedulerCommand.Signal(isRemoved
                ? new SchedulerSignal.Ended(SubscriptionEnd.FrameworkRemoved, received.Error.Message)
                : new SchedulerSignal.Disconnected(received.Error.Message, TimeSpan.Zero)));
            return;
        }

        commands.Enqueue(new SchedulerCommand.Signal(new SchedulerSignal.Received(received)));
    }

    /// <summary>As the scheduler does: first all that must be remembered, then the rest in order. It may end between any two.</summary>
    private void CarryOut(IReadOnlyList<SchedulerEffect> effects)
    {
        var durable = effects.OfType<SchedulerEffect.Store>().Select(effect => effect.Change).ToList();
        if (CrashesHere())
            return;
        if (durable.Count > 0 && !Documents.TryWrite(durable))
        {
            Start();
            return;
        }

        foreach (var effect in effects)
        {
            if (CrashesHere())
                return;
            if (effect is SchedulerEffect.Call(var call))
                Call(call);
            else if (effect is SchedulerEffect.Gathering(var gathers))
                cluster.Tell(gathers ? cluster.Order.Begin(wanted.Id, wanted.Name, wanted.CreatedAt, cluster.Start + cluster.Steady) : cluster.Order.End(wanted.Id, cluster.Start + cluster.Steady));
            else if (effect is SchedulerEffect.Resolve resolve)
                commands.Enqueue(new SchedulerCommand.Resolved(resolve.Target, new ArtifactResolution.Ready(ResolvedArtifacts.None)));
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
        var info = new FrameworkInfo { User = "nobody", Name = wanted.Name, Checkpoint = true, FailoverTimeout = 1e6 };
        info.Roles.Add($"{SimulatedPackage.Role}/{wanted.Name}");
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
        foreach (var task in call.Accept?.Operations.SelectMany(operation => operation.Launch?.TaskInfos ?? []) ?? [])
            Launches(task);
        var fate = cluster.Network.IsGood ? 2 : cluster.Chance.Next(20);
        if (fate > 0)
            cluster.Master.Post(new PoolCommand.SchedulerRequest(call, stream, SimulatedCluster.Anyone));
        if (fate < 2)
            commands.Enqueue(new SchedulerCommand.Lost(call));
    }

    private void Launches(TaskInfo task)
    {
        if (!Documents.Knows(task.TaskId.Value))
            cluster.Invariants.Fail($"task {task.TaskId.Value} was launched, and the next scheduler does not know it");
        var pod = task.Name[(task.Name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        var volumes = task.Resources.Where(resource => resource.Disk is not null).Select(resource => resource.Disk.Persistence.Id).ToList();
        cluster.Invariants.Operations.Launched(wanted.Id, pod, task.TaskId.Value);
        cluster.Invariants.Data.Launched(wanted.Id, pod, task.TaskId.Value, task.AgentId.Value, volumes, Running);
    }
}
