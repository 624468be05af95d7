using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;
using CallType = DataPlatform.Core.Protocol.Mesos.SchedulerCall.Types.Type;

namespace DataPlatform.Simulation.Tests;

/// <summary>A scheduler that wants a number of tasks to end, remembers what it launched, and asks after what it does not hear of.</summary>
internal sealed partial class SimulatedFramework(int number, string role, int wanted, SimulatedCluster cluster)
{
    private static readonly TimeSpan ReconcileInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private const int VolumesEach = 2;
    private const int LivesEach = 2;

    private readonly Dictionary<string, Offer> _offers = [];
    private readonly Dictionary<string, string> _running = [];
    private readonly Queue<SchedulerCall> _outbox = [];
    private string? _stream;
    private bool _isSubscribed;
    private bool _wantsToEnd;
    private TimeSpan _patience;
    private int _launched;
    private TimeSpan _nextReconcile;
    private readonly SimulatedVolume[] _volumes = [.. Enumerable.Range(0, VolumesEach).Select(each => new SimulatedVolume($"volume-{each}", $"framework-{number}", role, LivesEach, isShared: each > 0, cluster))];

    public string? Id { get; private set; }

    public int Ended { get; private set; }

    /// <summary>Tasks that never ran, others took their place.</summary>
    public int Replaced { get; private set; }

    public int EndedOnVolumes { get; private set; }

    /// <summary>Also replacements of those that never ran.</summary>
    public bool IsDone => Ended >= wanted && _running.Count == 0 && _outbox.Count == 0 && _volumes.All(volume => volume.IsDone);

    /// <summary>For people.</summary>
    public string Progress => $"{Id} {(_isSubscribed ? "subscribed" : "away")} ended {Ended}, waits for {string.Join(" ", _running.Select(task => $"{task.Key} on {task.Value}"))}, holds {_offers.Count} offers, {_outbox.Count} to send; {string.Join("; ", _volumes.Select(volume => volume.Progress))}";

    private bool KnowsKilling => number % 2 == 0;

    public bool IsTornDown { get; private set; }

    public void BreakStream()
    {
        if (_stream is { } stream)
            cluster.Master.CloseSchedulerStream(stream);
        Forget();
    }

    /// <summary>A new instance takes over while the old stream still stands. One that never heard its id can't be: its stream ends with it.</summary>
    public void FailOver()
    {
        if (Id is null)
            BreakStream();
        else
            Forget();
    }

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
        foreach (var volume in _volumes)
            volume.LookAfter();
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
            Answer(WaitedFor ?? _offers.Values.ElementAt(chance.Next(_offers.Count)), chance);
        if (_running.Count > 0 && chance.Next(200) == 0)
            Kill(_running.ElementAt(chance.Next(_running.Count)), chance);
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
        Capability[] known = [Capability.MultiRole, Capability.PartitionAware, Capability.ReservationRefinement, Capability.SharedResources];
        info.Capabilities.Add((KnowsKilling ? known.Append(Capability.TaskKillingState) : known).Select(type => new FrameworkInfo.Types.Capability { Type = type }));
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
            case SchedulerEvent.Types.Type.InverseOffers:
                Answer(received.InverseOffers.InverseOffers_);
                break;
            case SchedulerEvent.Types.Type.UpdateOperationStatus:
                Take(received.UpdateOperationStatus.Status);
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
        cluster.Invariants.Kills.Told($"{Id}/{id}", status.State, KnowsKilling);
        if (status.State is TaskState.TaskUnknown or TaskState.TaskLost)
            cluster.Invariants.GivenUp($"{Id}/{id}", $"{status.State}: {status.Message}");
        if (!TaskStates.IsTerminal(status.State) || !_running.Remove(id))
            return;
        cluster.Invariants.Ended($"{Id}/{id}", status.State);
        if (_volumes.Any(volume => volume.Ended(id, status.State)))
        {
            EndedOnVolumes++;
            return;
        }

        if (status.State is TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskKilled)
            Ended++;
        else
            Replaced++;
        if (status.State is TaskState.TaskError && !id.StartsWith('e')) // An executor may have ended since its offer.
            throw new InvalidOperationException($"seed {cluster.Seed}: task {Id}/{id} was refused: {status.Message}");
    }

    private void Kill(KeyValuePair<string, string> task, Random chance)
    {
        var kill = new SchedulerCall.Types.Kill { TaskId = new TaskID { Value = task.Key }, AgentId = new AgentID { Value = task.Value } };
        if (chance.Next(2) == 0)
            kill.KillPolicy = Grace(chance.Next(8));
        cluster.Invariants.Kills.Asked($"{Id}/{task.Key}", kill.KillPolicy);
        Call(new SchedulerCall { Type = CallType.Kill, Kill = kill });
    }

    private static KillPolicy Grace(int seconds) => new() { GracePeriod = new DurationInfo { Nanoseconds = seconds * 1_000_000_000L } };

    private void Reconcile()
    {
        _nextReconcile = cluster.Steady + ReconcileInterval;
        ReconcileOperations();
        if (IsDone)
            ShutDownExecutors();
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
