using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>Everything that can be asked of the pool. Reads are not commands: they are queries over the state.</summary>
public abstract record PoolCommand
{
    private PoolCommand(Caller caller) => Caller = caller;

    /// <summary>Who asks for it: see <see cref="Authorizing"/>.</summary>
    public Caller Caller { get; init; }

    /// <summary>A SUBSCRIBE whose stream is already open under <paramref name="StreamId"/>.</summary>
    public sealed record Subscribe(SchedulerCall Call, string StreamId, Caller Caller) : PoolCommand(Caller);

    /// <summary>Any scheduler call but SUBSCRIBE; <paramref name="StreamId"/> is what the caller sent, if anything.</summary>
    public sealed record SchedulerRequest(SchedulerCall Call, string? StreamId, Caller Caller) : PoolCommand(Caller);

    public sealed record SchedulerStreamClosed(string StreamId) : PoolCommand(Caller.Platform);

    /// <summary>An agent's REGISTER whose stream is already open.</summary>
    public sealed record RegisterAgent(AgentCall.Types.Register Registration, AgentID? AgentId, string StreamId, Caller Caller)
        : PoolCommand(Caller);

    /// <summary>Any agent call but REGISTER.</summary>
    public sealed record AgentRequest(AgentCall Call, string? StreamId, Caller Caller) : PoolCommand(Caller);

    public sealed record AgentStreamClosed(string StreamId) : PoolCommand(Caller.Platform);

    /// <summary>Time has passed: pings, time limits and the batch allocation are due.</summary>
    public sealed record Tick() : PoolCommand(Caller.Platform);

    /// <summary>Something changed that may let offers flow; the writer asks for this after it applied other commands.</summary>
    public sealed record Allocate() : PoolCommand(Caller.Platform);

    /// <summary>An operator ends a framework.</summary>
    public sealed record TearDown(string FrameworkId, Caller Caller) : PoolCommand(Caller);

    /// <summary>An operator declares that an agent will never come back.</summary>
    public sealed record MarkAgentGone(string AgentId, Caller Caller) : PoolCommand(Caller);
}
