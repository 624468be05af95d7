using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>What is to be done after a decision: first everything durable, then the rest in order.</summary>
public abstract record OperatorEffect
{
    private OperatorEffect() { }

    public sealed record Store(StoreChange Change) : OperatorEffect;

    /// <summary>A call to the master.</summary>
    public sealed record Call(SchedulerCall Of) : OperatorEffect;

    public sealed record Resolve(string ClusterId, ArtifactNeeds Needs, AlternativeNeeds? Alternative, IReadOnlyList<LakeFolder> LakeFolders) : OperatorEffect;

    public sealed record Changed(string ClusterId) : OperatorEffect;

    /// <summary>The subscription is over: subscribe as a new framework, or not at all because another scheduler has it.</summary>
    public sealed record Resubscribe(bool Again, string Reason) : OperatorEffect;
}
