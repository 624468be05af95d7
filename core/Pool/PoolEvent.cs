using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>
/// What happened in the pool. State changes by these alone; those that a restarted master must know are
/// <see cref="Durable"/>, all others it learns again from agents and frameworks.
/// </summary>
public abstract record PoolEvent
{
    private PoolEvent()
    {
    }

    /// <summary>True when the event must be in the journal before anyone sees what came of it.</summary>
    public virtual bool Durable => false;

    /// <summary>A framework joined. <paramref name="Recovered"/>: learned from an agent or the journal, not from itself.</summary>
    public sealed record FrameworkAdmitted(FrameworkInfo Info, DateTimeOffset Time, bool Recovered) : PoolEvent
    {
        public override bool Durable => true;
    }

    public sealed record FrameworkChanged(FrameworkInfo Info) : PoolEvent
    {
        public override bool Durable => true;
    }

    public sealed record FrameworkConnected(string FrameworkId, string StreamId, DateTimeOffset Time) : PoolEvent;

    public sealed record FrameworkDisconnected(string FrameworkId, DateTimeOffset Time) : PoolEvent;

    public sealed record FrameworkRemoved(string FrameworkId, DateTimeOffset Time) : PoolEvent
    {
        public override bool Durable => true;
    }

    /// <summary>Replaces which roles of the framework want no offers.</summary>
    public sealed record RolesSuppressed(string FrameworkId, IReadOnlyCollection<string> Roles) : PoolEvent;

    /// <summary>The roles want offers again and forget what they refused.</summary>
    public sealed record RolesRevived(string FrameworkId, IReadOnlyCollection<string> Roles) : PoolEvent;

    public sealed record AgentAdmitted(AgentInfo Info, DateTimeOffset Time) : PoolEvent
    {
        public override bool Durable => true;
    }

    /// <summary>Only this principal may speak for the agent from now on.</summary>
    public sealed record AgentBound(string AgentId, string Principal) : PoolEvent
    {
        public override bool Durable => true;
    }

    public sealed record AgentConnected(string AgentId, string StreamId, AgentInfo Info, string Version, string Address, DateTimeOffset Time)
        : PoolEvent;

    public sealed record AgentDisconnected(string AgentId, DateTimeOffset Time) : PoolEvent;

    public sealed record AgentPinged(string AgentId, DateTimeOffset Time) : PoolEvent;

    public sealed record AgentPonged(string AgentId) : PoolEvent;

    /// <summary>The agent's tasks go with it; it may come back and bring them.</summary>
    public sealed record AgentBecameUnreachable(string AgentId, DateTimeOffset Time) : PoolEvent
    {
        public override bool Durable => true;
    }

    /// <summary>The agent's id is given up for good.</summary>
    public sealed record AgentRemoved(string AgentId, DateTimeOffset Time, bool ByOperator) : PoolEvent
    {
        public override bool Durable => true;
    }

    public sealed record TaskAdded(TaskRecord Task) : PoolEvent;

    /// <summary>
    /// A status of a task became known. <paramref name="Latest"/> may be ahead of it: an agent holds back an update until
    /// the one before is acknowledged, but what ended no longer holds resources.
    /// </summary>
    public sealed record TaskUpdated(string FrameworkId, string AgentId, TaskReport Status, TaskState Latest) : PoolEvent;

    /// <summary>Nobody waits for news of the task any more; it goes to the framework's history.</summary>
    public sealed record TaskRemoved(string FrameworkId, string TaskId) : PoolEvent;

    /// <summary>A kill that the agent can't be told now; it is told when it comes back.</summary>
    public sealed record KillPostponed(string AgentId, string FrameworkId, string TaskId, KillPolicy? Policy) : PoolEvent;

    public sealed record OfferMade(Offer Offer) : PoolEvent;

    /// <summary>The offer is no more; what it held and was not used is free.</summary>
    public sealed record OfferEnded(string OfferId) : PoolEvent;

    /// <summary>The framework wants nothing that is within <paramref name="Resources"/> of this agent for this role until then.</summary>
    public sealed record OfferRefused(
        string FrameworkId, string Role, string AgentId, IReadOnlyList<Resource> Resources, DateTimeOffset Until) : PoolEvent;

    /// <summary>The periodic allocation over all agents ran.</summary>
    public sealed record BatchAllocated(DateTimeOffset Time) : PoolEvent;

    /// <summary>Whatever was free on the agents that waited for it has been offered, or nobody wants it.</summary>
    public sealed record AgentsAllocated : PoolEvent;
}
