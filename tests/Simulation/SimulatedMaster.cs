using DataPlatform.Core.Allocation;
using DataPlatform.Core.Journal;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Pool.Recording;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Simulation.Tests;

/// <summary>
/// The real turns of the writer over one journal, with a replica beside them. What is sent to a stream waits until the test
/// delivers it. The next master keeps what the journal holds and nothing else.
/// </summary>
internal sealed class SimulatedMaster
{
    private readonly SimulatedCluster cluster;
    private readonly PoolSettings settings;
    private readonly List<(PoolCommand Command, Action<PoolOutcome>? Answer)> batch = [];
    private readonly SimulatedStreams<SchedulerEvent> schedulers = new();
    private readonly SimulatedStreams<AgentEvent> agents = new();
    private PoolState replica = null!;
    private readonly Action<string>? record;
    private readonly RecordingWriter recording = new(new byte[32]);
    private TimeSpan wallOffsetAtStart;
    private int terms;

    /// <param name="record">Gets every line that a real master would record.</param>
    public SimulatedMaster(SimulatedCluster cluster, PoolSettings settings, Action<string>? record)
    {
        (this.cluster, this.settings, this.record) = (cluster, settings, record);
        Journal = new SimulatedJournal(cluster.Chance, cluster.Sabotage);
        Start();
    }

    public SimulatedJournal Journal { get; }

    public PoolState State { get; private set; } = null!;

    /// <summary>Called after every turn that anyone could see.</summary>
    public Action<PoolState>? Turned { get; set; }

    public MasterCrash? CrashAt { get; set; }

    public SimulatedStreams<SchedulerEvent> Schedulers => schedulers;

    public SimulatedStreams<AgentEvent> Agents => agents;

    public string OpenSchedulerStream()
    {
        var stream = cluster.NewStream();
        schedulers.Open(stream);
        return stream;
    }

    public string OpenAgentStream()
    {
        var stream = cluster.NewStream();
        agents.Open(stream);
        return stream;
    }

    /// <summary>The other side went away.</summary>
    public void CloseSchedulerStream(string stream)
    {
        if (schedulers.Cut(stream))
            Post(new PoolCommand.SchedulerStreamClosed(stream));
    }

    public void CloseAgentStream(string stream)
    {
        if (agents.Cut(stream))
            Post(new PoolCommand.AgentStreamClosed(stream));
    }

    /// <param name="answer">Never called when the master goes before it has answered.</param>
    public void Post(PoolCommand command, Action<PoolOutcome>? answer = null) => batch.Add((command, answer));

    public void CompactJournal() => Journal.Compact(State.Remembered(), cluster.Wall);

    public void TakeTurn()
    {
        var commands = batch.ToList();
        batch.Clear();
        if (CrashAt == MasterCrash.BeforeTurn)
        {
            Replace();
            return;
        }

        var turn = new PoolTurn(State, cluster.Start + cluster.Steady + wallOffsetAtStart);
        if (cluster.WallOffset - wallOffsetAtStart != State.WallOffset)
            turn.Take(new PoolCommand.MoveWallClock(cluster.WallOffset - wallOffsetAtStart));
        var answers = commands.Select(waiting => (waiting.Answer, Outcome: Take(turn, waiting.Command))).ToList();
        foreach (var role in cluster.Sabotage == Sabotage.IgnoresQuotas ? State.Quotas.Keys : [])
            State.Allocator.SetQuota(role, Quota.None);
        foreach (var agent in cluster.Sabotage == Sabotage.IgnoresDrains ? State.Deactivations.Keys.Where(State.Agents.ContainsKey) : [])
            State.Allocator.SetAgentActive(agent, true);
        turn.Allocate();
        if (cluster.Sabotage == Sabotage.TellsBeforeWriting)
            LetOut(turn.Effects);
        try
        {
            Journal.Append(turn.Events, turn.OnTheWall);
        }
        catch (JournalException)
        {
            // The state is ahead of the truth: the term is over.
            Replace();
            return;
        }

        foreach (var (command, decision) in turn.Decisions)
            Record(() => recording.Decide(turn.Now, command, decision));
        Fold(turn.Events);
        Turned?.Invoke(State);
        if (CrashAt == MasterCrash.AfterWriting)
        {
            Replace();
            return;
        }

        if (CrashAt == MasterCrash.HalfTold)
        {
            LetOut(turn.Effects.Take(cluster.Chance.Next(turn.Effects.Count + 1)));
            Replace();
            return;
        }

        if (cluster.Sabotage != Sabotage.TellsBeforeWriting)
            LetOut(turn.Effects);
        foreach (var (answer, outcome) in answers)
            answer?.Invoke(outcome);
    }

    /// <summary>What readers see is what the writer decides on.</summary>
    public void CheckReplica()
    {
        if (StateText.Of(replica) is var read && StateText.Of(State) is var written && read != written)
            cluster.Invariants.Fail($"the replica differs from the writer's state:\n{read}\ninstead of\n{written}");
    }

    private PoolOutcome Take(PoolTurn turn, PoolCommand command)
    {
        var outcome = turn.Take(command);
        if (command is PoolCommand.UpdateQuotas && outcome is not PoolOutcome.Refused)
            cluster.Invariants.Quotas.Changed(State);
        return outcome;
    }

    private void Record(Func<byte[]?> line)
    {
        if (record is not null && line() is { } bytes)
            record(System.Text.Encoding.UTF8.GetString(bytes).TrimEnd('\n'));
    }

    private void Fold(IReadOnlyList<PoolEvent> events)
    {
        foreach (var happened in events)
        {
            if (cluster.Sabotage != Sabotage.ReplicaSkips || happened is not PoolEvent.TaskUpdated || cluster.Chance.Next(20) != 0)
                replica.Apply(happened);
        }
    }

    /// <summary>Every stream breaks, whatever was on its way is lost, and another master leads.</summary>
    private void Replace()
    {
        CrashAt = null;
        batch.Clear();
        schedulers.CutAll(cluster.Chance);
        agents.CutAll(cluster.Chance);
        Start();
        cluster.Invariants.Remembers(State);
    }

    private void LetOut(IEnumerable<PoolEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case PoolEffect.ToScheduler(var stream, var news):
                    schedulers.Send(stream, news);
                    break;
                case PoolEffect.ToAgent(var stream, var news):
                    agents.Send(stream, news);
                    break;
                case PoolEffect.CloseSchedulerStream(var stream):
                    schedulers.End(stream);
                    break;
                case PoolEffect.CloseAgentStream(var stream):
                    agents.End(stream);
                    break;
                default:
                    throw new InvalidOperationException($"the simulation carries out no {effect.GetType().Name}");
            }
        }
    }

    private void Start()
    {
        wallOffsetAtStart = cluster.WallOffset;
        State = Recovered(isRecorded: true);
        replica = Recovered();
        terms++;
    }

    private PoolState Recovered(bool isRecorded = false)
    {
        var master = new MasterInfo { Id = $"M{terms}", Ip = 0x0100007F, Port = 5050, Hostname = "master" };
        var state = new PoolState(master, settings, cluster.Wall);
        if (isRecorded)
            Record(() => recording.Begin(state));
        Journal.Recover(happened =>
        {
            if (cluster.Sabotage == Sabotage.ForgetsDrains && happened is PoolEvent.AgentDeactivated)
                return;
            if (cluster.Sabotage == Sabotage.ForgetsQuotas && happened is PoolEvent.QuotaUpdated && cluster.Chance.Next(2) == 0)
                return;
            if (cluster.Sabotage == Sabotage.ForgetsReservations && happened is PoolEvent.AgentConverted { Converted.IsEmpty: false } && cluster.Chance.Next(2) == 0)
                return;
            state.Recover(happened);
            if (isRecorded)
                Record(() => recording.Recover(happened, state.StartTime));
        });
        return state;
    }
}
