using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Google.Protobuf;

namespace DataPlatform.Core.Pool;

/// <summary>
/// What happened in the pool. State changes by these alone; those that a restarted master must know are
/// <see cref="Durable"/>, all others it learns again from agents and frameworks.
/// </summary>
/// <remarks>A Time is one on the wall, for people; Since and Until are on the pool's own clock, to measure with.</remarks>
public abstract record PoolEvent
{
    private PoolEvent()
    {
    }

    /// <summary>True when the event must be in the journal before anyone sees what came of it.</summary>
    public virtual bool Durable => false;

    /// <summary>A framework joined. <paramref name="Recovered"/>: learned from an agent or the journal, not from itself.</summary>
    public sealed record FrameworkAdmitted(FrameworkInfo Info, DateTimeOffset Since, bool Recovered) : PoolEvent
    {
        public override bool Durable => true;
    }

    public sealed record FrameworkChanged(FrameworkInfo Info) : PoolEvent
    {
        public override bool Durable => true;
    }

    public sealed record FrameworkConnected(string FrameworkId, string StreamId, DateTimeOffset Time) : PoolEvent;

    public sealed record FrameworkDisconnected(string FrameworkId, DateTimeOffset Since) : PoolEvent;

    public sealed record FrameworkRemoved(string FrameworkId, DateTimeOffset Time) : PoolEvent
    {
        public override bool Durable => true;
    }

    /// <summary>Replaces which roles of the framework want no offers.</summary>
    public sealed record RolesSuppressed(string FrameworkId, IReadOnlyCollection<string> Roles) : PoolEvent;

    /// <summary>Which agents the framework wants at all; null for all. It says so again with every subscription.</summary>
    public sealed record OfferConstraintsSet(string FrameworkId, OfferConstraints? Constraints) : PoolEvent;

    /// <summary><see cref="Allocation.Quota.None"/> ends it.</summary>
    public sealed record QuotaUpdated(string Role, Quota Quota) : PoolEvent
    {
        public override bool Durable => true;
    }

    public sealed record WeightUpdated(string Role, double Weight) : PoolEvent
    {
        public override bool Durable => true;
    }

    /// <summary>The roles want offers again and forget what they refused.</summary>
    public sealed record RolesRevived(string FrameworkId, IReadOnlyCollection<string> Roles) : PoolEvent;

    /// <summary>An agent joined. <paramref name="IsRemembered"/>: the journal names it just as it is, so it need not be told again.</summary>
    public sealed record AgentAdmitted(AgentInfo Info, DateTimeOffset Time, bool IsRemembered = false) : PoolEvent
    {
        public override bool Durable => !IsRemembered;
    }

    /// <summary>Only this principal may speak for the agent from now on.</summary>
    public sealed record AgentBound(string AgentId, string Principal) : PoolEvent
    {
        public override bool Durable => true;
    }

    public sealed record AgentConnected(
        string AgentId, string StreamId, AgentInfo Info, string Version, string Address, DateTimeOffset Time, string WorkDirectoryId = "")
        : PoolEvent;

    public sealed record AgentDisconnected(string AgentId, DateTimeOffset Time) : PoolEvent;

    public sealed record AgentPinged(string AgentId, DateTimeOffset Since) : PoolEvent;

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

    /// <summary>An executor, which its agent starts with the first of its tasks, holds resources from now on.</summary>
    public sealed record ExecutorAdded(string FrameworkId, string AgentId, ExecutorInfo Info) : PoolEvent;

    public sealed record ExecutorRemoved(string FrameworkId, string AgentId, string ExecutorId) : PoolEvent;

    public sealed record TaskAdded(TaskRecord Task) : PoolEvent;

    /// <summary>
    /// A status of a task became known. <paramref name="Latest"/> may be ahead of it: an agent holds back an update until
    /// the one before is acknowledged, but what ended no longer holds resources.
    /// </summary>
    public sealed record TaskUpdated(string FrameworkId, string AgentId, TaskReport Status, TaskState Latest) : PoolEvent;

    /// <summary>Nobody waits for news of the task any more; it goes to the framework's history.</summary>
    public sealed record TaskRemoved(string FrameworkId, string TaskId) : PoolEvent;

    /// <summary>What the task borrowed is wanted by those to whom it belongs; the agent is asked to kill it.</summary>
    public sealed record TaskRecalled(string FrameworkId, string TaskId) : PoolEvent;

    /// <summary>A kill that the agent can't be told now; it is told when it comes back.</summary>
    public sealed record KillPostponed(string AgentId, string FrameworkId, string TaskId, KillPolicy? Policy) : PoolEvent;

    public sealed record OfferMade(PooledOffer Offer) : PoolEvent;

    /// <summary>The offer is no more; what it held and was not used is free.</summary>
    public sealed record OfferEnded(string OfferId) : PoolEvent;

    /// <summary>Every offer that was too old has ended; none that stands is older than <paramref name="OldestLeft"/>.</summary>
    public sealed record OffersExpired(DateTimeOffset OldestLeft) : PoolEvent;

    /// <summary>The framework wants nothing that is within <paramref name="Resources"/> of this agent for this role until then.</summary>
    public sealed record OfferRefused(
        string FrameworkId, string Role, string AgentId, ResourceBag Resources, DateTimeOffset Until) : PoolEvent;

    /// <summary>Nothing new is started on the agent from now on.</summary>
    /// <param name="Drain">Its tasks are ended too; null when they may stay.</param>
    public sealed record AgentDeactivated(string AgentId, DrainConfig? Drain, DateTimeOffset Time) : PoolEvent
    {
        public override bool Durable => true;
    }

    public sealed record AgentReactivated(string AgentId) : PoolEvent
    {
        public override bool Durable => true;
    }

    /// <summary>Which machines will go away, and when: this and nothing else from now on.</summary>
    public sealed record MaintenanceScheduled(Schedule Schedule) : PoolEvent
    {
        public override bool Durable => true;
    }

    /// <summary>A machine of the schedule is away: agents on it may not join.</summary>
    public sealed record MachineWentDown(MachineID Machine) : PoolEvent
    {
        public override bool Durable => true;
    }

    public sealed record MachineCameUp(MachineID Machine) : PoolEvent
    {
        public override bool Durable => true;
    }

    public sealed record InverseOfferMade(PooledInverseOffer Offer) : PoolEvent;

    /// <summary>The inverse offer is no more; the framework is not asked again until then.</summary>
    public sealed record InverseOfferAnswered(string OfferId, InverseOfferStatus.Types.Status Status, DateTimeOffset Time, DateTimeOffset Until) : PoolEvent;

    /// <summary>The inverse offer is no more, without an answer.</summary>
    public sealed record InverseOfferEnded(string OfferId) : PoolEvent;

    /// <summary>What of the agent is reserved or a volume from now on, all of it. See <see cref="ConvertedResources"/>.</summary>
    public sealed record AgentConverted(string AgentId, ResourceBag Converted) : PoolEvent
    {
        public override bool Durable => true;
    }

    /// <summary>An operation was decided, and is to be carried out by its agent.</summary>
    public sealed record OperationAdded(
        ByteString Uuid, string? FrameworkId, string AgentId, Offer.Types.Operation Info, ResourceConversion Conversion) : PoolEvent
    {
        public override bool Durable => true;
    }

    /// <summary>The agent has carried it out, or could not.</summary>
    public sealed record OperationEnded(ByteString Uuid, OperationState State, string? Message) : PoolEvent
    {
        public override bool Durable => true;
    }

    /// <summary>The framework was told how the operation ended, and is told again at a time unless it acknowledges.</summary>
    public sealed record OperationTold(ByteString Uuid, DateTimeOffset Again, TimeSpan After) : PoolEvent;

    public sealed record OperationAcknowledged(ByteString Uuid) : PoolEvent
    {
        public override bool Durable => true;
    }

    /// <summary>The operation failed, but a task holds what it should have made.</summary>
    public sealed record OperationReversalPostponed(ByteString Uuid) : PoolEvent;

    /// <summary>What a failed operation should have made is again what it was; of one that may still fail: it is given back already.</summary>
    public sealed record OperationReversed(ByteString Uuid) : PoolEvent
    {
        public override bool Durable => true;
    }

    /// <summary>Nobody waits for news of the operation any more.</summary>
    public sealed record OperationRemoved(ByteString Uuid) : PoolEvent
    {
        public override bool Durable => true;
    }

    /// <summary>The framework asked for the state of tasks, and has so much left of what it may ask for.</summary>
    public sealed record Reconciled(string FrameworkId, long Left, DateTimeOffset Time) : PoolEvent;

    /// <summary>The periodic allocation over all agents ran.</summary>
    public sealed record BatchAllocated(DateTimeOffset Since) : PoolEvent;

    /// <summary>Whatever was free on the agents that waited for it has been offered, or nobody wants it.</summary>
    public sealed record AgentsAllocated : PoolEvent;

    /// <summary>Someone set the clock on the wall, or it drifted.</summary>
    public sealed record WallClockMoved(TimeSpan Offset) : PoolEvent;
}
