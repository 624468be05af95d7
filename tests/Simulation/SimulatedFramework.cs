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
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, Offer> _offers = [];
    private readonly Dictionary<string, string> _running = [];
    private readonly Queue<SchedulerCall> _outbox = [];
    private string? _stream;
    private bool _isSubscribed;
    private bool _wantsToEnd;
    private TimeSpan _patience;
    private int _launched;
    private TimeSpan _nextReconcile;

    public string? Id { get; private set; }

    public int Ended { get; private set; }

    /// <summary>Also replacements of those that never ran.</summary>
    public bool IsDone => Ended >= wanted && _running.Count == 0 && _outbox.Count == 0;

    /// <summary>For people.</summary>
    public string Progress => $"{Id} {(_isSubscribed ? "subscribed" : "away")} ended {Ended}, waits for {string.Join(" ", _running.Select(task => $"{task.Key} on {task.Value}"))}, holds {_offers.Count} offers, {_outbox.Count} to send";

    public bool IsTornDown { get; private set; }

    public void BreakStream()
    {
        if (_stream is { } stream)
            cluster.Master.CloseSchedulerStream(stream);
        Forget();
    }

    /// <summary>A new instance takes over while the old stream still stands.</summary>
    public void FailOver() => Forget();

    public void TearDown()
    {
        if (IsTornDown || _stream is null || Id is null)
            return;
        _wantsToEnd = true;
        Call(new SchedulerCall { Type = CallType.Teardown }, outcome => IsTornDown |= outcome is not PoolOutcome.Refused);
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

        if (!cluster.Master.Schedulers.TryReceive(_stream, out var received))
        {
            Forget();
            return;
        }

        if (received is not null)
            Take(received);
        if (!_isSubscribed)
        {
            if (cluster.Steady > _patience)
                BreakStream();
            return;
        }

        if (_outbox.Count > 0 && chance.Next(3) != 0)
            SendLate(_outbox.Dequeue());
        if (_offers.Count > 0 && chance.Next(2) == 0)
            Answer(_offers.Values.ElementAt(chance.Next(_offers.Count)), chance);
        if (_running.Count > 0 && chance.Next(200) == 0)
            Kill(_running.ElementAt(chance.Next(_running.Count)));
        if (cluster.Steady >= _nextReconcile)
            Reconcile();
    }

    private void Forget()
    {
        (_stream, _isSubscribed) = (null, false);
        _offers.Clear();
        // An acknowledgement that was not sent is lost with the instance; the update comes again.
        _outbox.Clear();
    }

    private void Subscribe()
    {
        _stream = cluster.Master.OpenSchedulerStream();
        var info = new FrameworkInfo { User = "nobody", Name = $"framework-{number}", Checkpoint = true, FailoverTimeout = 1e6 };
        info.Roles.Add(role);
        info.Capabilities.Add(new[] { Capability.MultiRole, Capability.PartitionAware, Capability.ReservationRefinement }
            .Select(type => new FrameworkInfo.Types.Capability { Type = type }));
        var call = new SchedulerCall { Type = CallType.Subscribe, Subscribe = new SchedulerCall.Types.Subscribe { FrameworkInfo = info } };
        if (Id is not null)
            call.FrameworkId = info.Id = new FrameworkID { Value = Id };
        cluster.Master.Post(new PoolCommand.Subscribe(call, _stream, SimulatedCluster.Anyone));
        _patience = cluster.Steady + Patience;
        _nextReconcile = cluster.Steady;
    }

    private void Take(SchedulerEvent received)
    {
        switch (received.Type)
        {
            case SchedulerEvent.Types.Type.Subscribed:
                Id = received.Subscribed.FrameworkId.Value;
                _isSubscribed = true;
                cluster.Invariants.Told(Id);
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
                // The answer to its teardown was lost.
                IsTornDown |= _wantsToEnd && Id is not null && cluster.Master.State.CompletedFrameworks.ContainsKey(Id);
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
        Call(accept, outcome =>
        {
            // What nobody answers may have happened: reconciliation tells.
            foreach (var task in outcome is PoolOutcome.Refused ? tasks : [])
                _running.Remove(task.TaskId.Value);
        });
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
        _nextReconcile = cluster.Steady + ReconcileInterval;
        if (_running.Count == 0 || Id is null)
            return;
        var call = new SchedulerCall { Type = CallType.Reconcile, Reconcile = new SchedulerCall.Types.Reconcile() };
        call.Reconcile.Tasks.Add(_running.Select(task => new SchedulerCall.Types.Reconcile.Types.Task
        {
            TaskId = new TaskID { Value = task.Key }, AgentId = new AgentID { Value = task.Value },
        }));
        Call(call);
    }

    private void Call(SchedulerCall call, Action<PoolOutcome>? answer = null)
    {
        call.FrameworkId = new FrameworkID { Value = Id };
        cluster.Master.Post(new PoolCommand.SchedulerRequest(call, _stream, SimulatedCluster.Anyone), answer);
    }

    private void SendLate(SchedulerCall call)
    {
        call.FrameworkId = new FrameworkID { Value = Id };
        var over = _stream;
        cluster.Network.Send(() => cluster.Master.Post(new PoolCommand.SchedulerRequest(call, over, SimulatedCluster.Anyone)));
    }
}
