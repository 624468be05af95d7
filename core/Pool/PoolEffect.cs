using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>What the edge must do once the events of the same decision are durable and applied.</summary>
public abstract record PoolEffect
{
    private PoolEffect()
    {
    }

    public sealed record ToScheduler(string StreamId, SchedulerEvent Event) : PoolEffect;

    /// <summary>Ends the stream after what was sent to it before.</summary>
    public sealed record CloseSchedulerStream(string StreamId) : PoolEffect;

    public sealed record ToAgent(string StreamId, AgentEvent Event) : PoolEffect;

    /// <summary>Ends the stream after what was sent to it before.</summary>
    public sealed record CloseAgentStream(string StreamId) : PoolEffect;
}
