using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;
using CallType = DataPlatform.Core.Protocol.Mesos.SchedulerCall.Types.Type;

namespace DataPlatform.Simulation.Tests;

/// <summary>A scheduler that wants a number of tasks to end, remembers what it launched, and asks after what it does not hear of.</summary>
internal sealed class SimulatedFramework(int number, string role, int wanted, SimulatedCluster cluster)
{
    private static readonly TimeSpan ReconcileInterval = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Offer> _offers = [];
    private readonly Dictionary<string, string> _running = [];
    private readonly Queue<SchedulerCall> _outbox = [];
    private string? _stream;
    private int _launched;
    private DateTimeOffset _nextReconcile;

    public string? Id { get; private set; }

    public int Ended { get; private set; }

    /// <summary>Also replacements of those that never ran.</summary>
    public bool IsDone => Ended >= wanted && _running.Count == 0 && _outbox.Count == 0;

    public bool IsTornDown { get; private set; }

    public void BreakStream()
    {
        if (_stream is { } stream)
            cluster.Master.CloseSchedulerStream(stream, cluster.Now);
        Forget();
    }

    /// <summary>A new instance takes over while the old stream still stands.</summary>
    public void FailOver() => Forget();

    public void TearDown()
    {
        if (IsTornDown || _stream is null || Id is null)
            return;
        IsTornDown = Call(new SchedulerCall { Type = CallType.Teardown }) is not PoolOutcome.Refused;
    }

    public void Step(Random chance)
    {
        if (IsTornDown)
            return;
        if (_stream is null)
        {
            Subscribe();
            return;
        }

        if (!cluster.Master.TryReceive(_stream, out SchedulerEvent? received))
        {
            Forget();
            return;
        }

        if (received is not null)
            Take(received);
        if (_outbox.Count > 0 && chance.Next(3) != 0)
            Call(_outbox.Dequeue());
        if (_offers.Count > 0 && chance.Next(2) == 0)
            Answer(_offers.Values.ElementAt(chance.Next(_offers.Count)), chance);
        if (_running.Count > 0 && chance.Next(200) == 0)
            Kill(_running.ElementAt(chance.Next(_running.Count)));
        if (cluster.Now >= _nextReconcile)
            Reconcile();
    }

    private void Forget()
    {
        _stream = null;
        _offers.Clear();
        // An acknowledgement that was not sent is lost with the instance; the update comes again.
        _outbox.Clear();
    }

    private void Subscribe()
    {
        _stream = cluster.NewStream();
        cluster.Master.OpenSchedulerStream(_stream);
        var info = new FrameworkInfo { User = "nobody", Name = $"framework-{number}", Checkpoint = true, FailoverTimeout = 1e6 };
        info.Roles.Add(role);
        info.Capabilities.Add(new[] { Capability.MultiRole, Capability.PartitionAware, Capability.ReservationRefinement }
            .Select(type => new FrameworkInfo.Types.Capability { Type = type }));
        var call = new SchedulerCall { Type = CallType.Subscribe, Subscribe = new SchedulerCall.Types.Subscribe { FrameworkInfo = info } };
        if (Id is not null)
            call.FrameworkId = info.Id = new FrameworkID { Value = Id };
        cluster.Master.Decide(new PoolCommand.Subscribe(call, _stream, SimulatedCluster.Anyone), cluster.Now);
        _nextReconcile = cluster.Now;
    }

    private void Take(SchedulerEvent received)
    {
        switch (received.Type)
        {
            case SchedulerEvent.Types.Type.Subscribed:
                Id = received.Subscribed.FrameworkId.Value;
                break;
            case SchedulerEvent.Types.Type.Offers:
                foreach (var offer in received.Offers.Offers_)
                    _offers.Add(offer.Id.Value, offer);
                break;
            case SchedulerEvent.Types.Type.Rescind:
                _offers.Remove(received.Rescind.OfferId.Value);
                break;
            case SchedulerEvent.Types.Type.Update:
                Take(received.Update.Status);
                break;
            case SchedulerEvent.Types.Type.Error:
                Forget();
                break;
        }
    }

    private void Take(TaskReport status)
    {
        if (status.HasUuid)
        {
            _outbox.Enqueue(new SchedulerCall
            {
                Type = CallType.Acknowledge,
                Acknowledge = new SchedulerCall.Types.Acknowledge { AgentId = status.AgentId, TaskId = status.TaskId, Uuid = status.Uuid },
            });
        }

        var id = status.TaskId.Value;
        if (status.State is TaskState.TaskUnknown or TaskState.TaskLost)
            cluster.Invariants.GivenUp($"{Id}/{id}", $"{status.State}: {status.Message}");
        if (!TaskStates.IsTerminal(status.State) || !_running.Remove(id))
            return;
        cluster.Invariants.Ended($"{Id}/{id}", status.State);
        if (status.State is TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskKilled)
            Ended++;
        else if (status.State is TaskState.TaskError)
            throw new InvalidOperationException($"seed {cluster.Seed}: task {Id}/{id} was refused: {status.Message}");
    }

    private void Answer(Offer offer, Random chance)
    {
        _offers.Remove(offer.Id.Value);
        var filters = new Filters { RefuseSeconds = chance.Next(4) == 0 ? 0 : chance.Next(1, 20) };
        var open = wanted - Ended - _running.Count;
        var tasks = open <= 0 || chance.Next(5) == 0 ? [] : Tasks(offer, Math.Min(open, chance.Next(1, 4)), chance);
        if (tasks.Count == 0)
        {
            var decline = new SchedulerCall { Type = CallType.Decline, Decline = new SchedulerCall.Types.Decline { Filters = filters } };
            decline.Decline.OfferIds.Add(offer.Id);
            Call(decline);
            return;
        }

        var launch = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new() };
        launch.Launch.TaskInfos.Add(tasks);
        var accept = new SchedulerCall { Type = CallType.Accept, Accept = new SchedulerCall.Types.Accept { Filters = filters } };
        accept.Accept.OfferIds.Add(offer.Id);
        accept.Accept.Operations.Add(launch);
        foreach (var task in tasks)
            _running[task.TaskId.Value] = offer.AgentId.Value;
        if (Call(accept) is PoolOutcome.Refused)
        {
            foreach (var task in tasks)
                _running.Remove(task.TaskId.Value);
        }
    }

    private List<TaskInfo> Tasks(Offer offer, int most, Random chance)
    {
        var free = offer.Resources.ToBag().Unallocated();
        var tasks = new List<TaskInfo>();
        for (var count = 0; count < most; count++)
        {
            var size = ResourceBag.Of(
                new ResourceEntry(new ResourceKind("cpus"), new ResourceValue.Scalar(ResourceAmount.FromThousandths(100 * chance.Next(1, 20)))),
                new ResourceEntry(new ResourceKind("mem"), new ResourceValue.Scalar(ResourceAmount.FromUnits(chance.Next(32, 1024)))));
            var ports = free.Numbers("ports");
            if (!ports.IsEmpty)
                size = size.Add([new ResourceEntry(new ResourceKind("ports"), new ResourceValue.Ranges(IntervalSet.Single(ports.Intervals[0].First)))]);
            if (!free.Contains(size))
                break;
            free = free.Subtract(size);
            var task = new TaskInfo
            {
                Name = "work", TaskId = new TaskID { Value = $"t{_launched++}" }, AgentId = offer.AgentId,
                Command = new CommandInfo { Value = "true" },
            };
            task.Resources.Add(size.AllocatedTo(role).ToMessages());
            tasks.Add(task);
        }

        return tasks;
    }

    private void Kill(KeyValuePair<string, string> task) => Call(new SchedulerCall
    {
        Type = CallType.Kill,
        Kill = new SchedulerCall.Types.Kill { TaskId = new TaskID { Value = task.Key }, AgentId = new AgentID { Value = task.Value } },
    });

    private void Reconcile()
    {
        _nextReconcile = cluster.Now + ReconcileInterval;
        if (_running.Count == 0 || Id is null)
            return;
        var call = new SchedulerCall { Type = CallType.Reconcile, Reconcile = new SchedulerCall.Types.Reconcile() };
        call.Reconcile.Tasks.Add(_running.Select(task => new SchedulerCall.Types.Reconcile.Types.Task
        {
            TaskId = new TaskID { Value = task.Key }, AgentId = new AgentID { Value = task.Value },
        }));
        Call(call);
    }

    private PoolOutcome Call(SchedulerCall call)
    {
        if (Id is null)
            return PoolOutcome.Invalid("not subscribed");
        call.FrameworkId = new FrameworkID { Value = Id };
        return cluster.Master.Decide(new PoolCommand.SchedulerRequest(call, _stream, SimulatedCluster.Anyone), cluster.Now);
    }
}
