using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>What a command leads to: events to append and apply, then effects to carry out, in order.</summary>
public sealed class Decision
{
    private readonly List<PoolEvent> events = [];
    private readonly List<PoolEffect> effects = [];

    public IReadOnlyList<PoolEvent> Events => events;

    public IReadOnlyList<PoolEffect> Effects => effects;

    /// <summary>True when something of it must be in the journal before anyone sees what came of it.</summary>
    public bool IsDurable => events.Exists(happened => happened.Durable);

    public PoolOutcome Outcome { get; internal set; } = PoolOutcome.Taken;

    internal static Decision Refuse(RefusalKind kind, string message) =>
        new() { Outcome = new PoolOutcome.Refused(kind, message) };

    internal static Decision Invalid(string message) => Refuse(RefusalKind.Invalid, message);

    internal void Happened(PoolEvent happened) => events.Add(happened);

    internal void Tell(PooledFramework framework, SchedulerEvent news)
    {
        if (framework.StreamId is { } stream)
            effects.Add(new PoolEffect.ToScheduler(stream, news));
    }

    internal void TellStream(string schedulerStream, SchedulerEvent news) =>
        effects.Add(new PoolEffect.ToScheduler(schedulerStream, news));

    internal void Tell(PooledAgent agent, AgentEvent news)
    {
        if (agent.StreamId is { } stream)
            effects.Add(new PoolEffect.ToAgent(stream, news));
    }

    internal void TellAgentStream(string agentStream, AgentEvent news) =>
        effects.Add(new PoolEffect.ToAgent(agentStream, news));

    /// <summary>ERROR is the last event of a scheduler's stream.</summary>
    internal void EndWithError(string schedulerStream, string message)
    {
        TellStream(schedulerStream, new SchedulerEvent
        {
            Type = SchedulerEvent.Types.Type.Error,
            Error = new SchedulerEvent.Types.Error { Message = message },
        });
        CloseSchedulerStream(schedulerStream);
    }

    internal void CloseSchedulerStream(string stream) => effects.Add(new PoolEffect.CloseSchedulerStream(stream));

    internal void CloseAgentStream(string stream) => effects.Add(new PoolEffect.CloseAgentStream(stream));
}
