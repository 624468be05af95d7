using DataPlatform.Core.Pool;
using DataPlatform.Core.Pool.Journal;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Simulation.Tests;

/// <summary>
/// The real pool with streams of the test's own: what is sent to a stream waits until the test delivers it. A restart
/// keeps what the journal holds, as bytes, and nothing else.
/// </summary>
internal sealed class SimulatedMaster
{
    private readonly List<byte[]> _journal = [];
    private readonly Dictionary<string, Queue<SchedulerEvent?>> _schedulerStreams = [];
    private readonly Dictionary<string, Queue<AgentEvent?>> _agentStreams = [];
    private readonly PoolSettings _settings;
    private int _generation;

    public SimulatedMaster(PoolSettings settings, DateTimeOffset now)
    {
        _settings = settings;
        State = Start(now);
    }

    public PoolState State { get; private set; }

    /// <summary>Called with every state that anyone could see.</summary>
    public Action<PoolState>? Applied { get; set; }

    public int JournalLength => _journal.Count;

    /// <summary>Every stream breaks, whatever was on its way is lost.</summary>
    public void Restart(DateTimeOffset now)
    {
        _schedulerStreams.Clear();
        _agentStreams.Clear();
        State = Start(now);
    }

    public PoolOutcome Decide(PoolCommand command, DateTimeOffset now)
    {
        var outcome = Settle(command, now);
        if (State.AgentsToAllocate.Count > 0)
            Settle(new PoolCommand.Allocate(), now);
        return outcome;
    }

    public void OpenSchedulerStream(string stream) => _schedulerStreams[stream] = new Queue<SchedulerEvent?>();

    public void OpenAgentStream(string stream) => _agentStreams[stream] = new Queue<AgentEvent?>();

    /// <summary>False when the stream is broken; the event is null when nothing waits, and the stream then may still live.</summary>
    public bool TryReceive(string stream, out SchedulerEvent? received) => TryReceive(_schedulerStreams, stream, out received);

    public bool TryReceive(string stream, out AgentEvent? received) => TryReceive(_agentStreams, stream, out received);

    /// <summary>The other side went away.</summary>
    public void CloseSchedulerStream(string stream, DateTimeOffset now)
    {
        if (_schedulerStreams.Remove(stream))
            Decide(new PoolCommand.SchedulerStreamClosed(stream), now);
    }

    public void CloseAgentStream(string stream, DateTimeOffset now)
    {
        if (_agentStreams.Remove(stream))
            Decide(new PoolCommand.AgentStreamClosed(stream), now);
    }

    private static bool TryReceive<T>(Dictionary<string, Queue<T?>> streams, string stream, out T? received) where T : class
    {
        received = null;
        if (!streams.TryGetValue(stream, out var waiting))
            return false;
        if (!waiting.TryDequeue(out received))
            return true;
        if (received is not null)
            return true;
        streams.Remove(stream);
        return false;
    }

    private PoolOutcome Settle(PoolCommand command, DateTimeOffset now)
    {
        var decision = Pool.Decide(State, command, now);
        foreach (var happened in decision.Events)
        {
            State.Apply(happened);
            if (happened.Durable)
                _journal.Add(PoolRecords.Encode(happened, now));
        }

        Applied?.Invoke(State);
        foreach (var effect in decision.Effects)
            CarryOut(effect);
        return decision.Outcome;
    }

    private void CarryOut(PoolEffect effect)
    {
        switch (effect)
        {
            case PoolEffect.ToScheduler(var stream, var news):
                _schedulerStreams.GetValueOrDefault(stream)?.Enqueue(news);
                break;
            case PoolEffect.ToAgent(var stream, var news):
                _agentStreams.GetValueOrDefault(stream)?.Enqueue(news);
                break;
            case PoolEffect.CloseSchedulerStream(var stream):
                _schedulerStreams.GetValueOrDefault(stream)?.Enqueue(null);
                break;
            case PoolEffect.CloseAgentStream(var stream):
                _agentStreams.GetValueOrDefault(stream)?.Enqueue(null);
                break;
            default:
                throw new InvalidOperationException($"the simulation carries out no {effect.GetType().Name}");
        }
    }

    private PoolState Start(DateTimeOffset now)
    {
        var master = new MasterInfo { Id = $"M{_generation++}", Ip = 0x0100007F, Port = 5050, Hostname = "master" };
        var state = new PoolState(master, _settings, now);
        foreach (var record in _journal)
            state.Recover(PoolRecords.Decode(record));
        return state;
    }
}
