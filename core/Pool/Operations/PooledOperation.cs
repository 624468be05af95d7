using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Google.Protobuf;

namespace DataPlatform.Core.Pool;

/// <summary>
/// An operation on an agent's resources, from when it was decided until the agent has carried it out and whoever asked for
/// feedback has acknowledged that. Changed by <see cref="PoolState.Apply"/> alone.
/// </summary>
public sealed class PooledOperation
{
    internal PooledOperation(PoolEvent.OperationAdded added, long number)
    {
        Number = number;
        Uuid = added.Uuid;
        FrameworkId = added.FrameworkId;
        AgentId = added.AgentId;
        Info = added.Info;
        Conversion = added.Conversion;
    }

    public ByteString Uuid { get; }

    /// <summary>Above those of all operations that were decided before it.</summary>
    public long Number { get; }

    /// <summary>Null for an operator's operation.</summary>
    public string? FrameworkId { get; }

    public string AgentId { get; }

    public Offer.Types.Operation Info { get; }

    public ResourceConversion Conversion { get; }

    /// <summary>PENDING until the agent has answered, then FINISHED or FAILED.</summary>
    public OperationState State { get; internal set; } = OperationState.OperationPending;

    /// <summary>Why it failed.</summary>
    public string? Message { get; internal set; }

    public bool IsPending => State == OperationState.OperationPending;

    /// <summary>The framework named it, so it is told how it ends until it has acknowledged that.</summary>
    public bool WantsFeedback => FrameworkId is not null && Info.Id is not null;

    /// <summary>It failed, and what it should have made could not be turned back yet.</summary>
    internal bool IsToBeReversed { get; set; }

    /// <summary>What it makes was turned back, or given back by what followed: there is nothing to be turned back any more.</summary>
    internal bool IsReversed { get; set; }

    /// <summary>When the framework is told again.</summary>
    internal DateTimeOffset? TellAgainAt { get; set; }

    internal TimeSpan TellAgainAfter { get; set; }
}
