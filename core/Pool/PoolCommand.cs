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

    /// <summary>
    /// Time has passed: pings, time limits and the batch allocation are due. <paramref name="GivesUpNobody"/>: those limits
    /// are left for later whose passing the journal would have to know, because it can't be written now.
    /// </summary>
    public sealed record Tick(bool GivesUpNobody = false) : PoolCommand(Caller.Platform);

    /// <summary>The clock on the wall is so far ahead of the pool's own, and was not before.</summary>
    public sealed record MoveWallClock(TimeSpan Offset) : PoolCommand(Caller.Platform);

    /// <summary>Something changed that may let offers flow; the writer asks for this after it applied other commands.</summary>
    public sealed record Allocate() : PoolCommand(Caller.Platform);

    /// <summary>An operator ends a framework.</summary>
    public sealed record TearDown(string FrameworkId, Caller Caller) : PoolCommand(Caller);

    /// <summary>An operator reserves or releases resources of an agent, makes or destroys volumes.</summary>
    public sealed record Operate(string AgentId, Offer.Types.Operation Operation, Caller Caller) : PoolCommand(Caller);

    /// <summary>An operator says what roles are sure to get and may at most have; a config without amounts ends a quota.</summary>
    /// <param name="Force">Also above what the pool has, and below what is in use.</param>
    public sealed record UpdateQuotas(IReadOnlyList<QuotaConfig> Configs, bool Force, Caller Caller) : PoolCommand(Caller);

    /// <summary>The call of older clients, for a role without a quota.</summary>
    public sealed record SetQuota(QuotaRequest Request, Caller Caller) : PoolCommand(Caller);

    public sealed record RemoveQuota(string Role, Caller Caller) : PoolCommand(Caller);

    public sealed record UpdateWeights(IReadOnlyList<WeightInfo> Weights, Caller Caller) : PoolCommand(Caller);

    /// <summary>An operator wants nothing new on an agent; what runs there may stay.</summary>
    public sealed record DeactivateAgent(string AgentId, Caller Caller) : PoolCommand(Caller);

    public sealed record ReactivateAgent(string AgentId, Caller Caller) : PoolCommand(Caller);

    /// <summary>An operator wants an agent empty.</summary>
    public sealed record DrainAgent(string AgentId, DrainConfig Config, Caller Caller) : PoolCommand(Caller);

    /// <summary>An operator says which machines will go away, and when; the schedule before is no more.</summary>
    public sealed record UpdateMaintenanceSchedule(Schedule Schedule, Caller Caller) : PoolCommand(Caller);

    /// <summary>Machines of the schedule go down now, and their agents with them.</summary>
    public sealed record StartMaintenance(IReadOnlyList<MachineID> Machines, Caller Caller) : PoolCommand(Caller);

    /// <summary>Machines that are down are back, and leave the schedule.</summary>
    public sealed record StopMaintenance(IReadOnlyList<MachineID> Machines, Caller Caller) : PoolCommand(Caller);

    /// <summary>An operator declares that an agent will never come back.</summary>
    public sealed record MarkAgentGone(string AgentId, Caller Caller) : PoolCommand(Caller);
}
