using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>What is to be done after a decision: first everything durable, then the rest in order.</summary>
public abstract record SchedulerEffect
{
    private SchedulerEffect() { }

    public sealed record Store(DocumentChange Change) : SchedulerEffect;

    /// <summary>A call to the master.</summary>
    public sealed record Call(SchedulerCall Of) : SchedulerEffect;

    public sealed record Resolve(int Target, ArtifactNeeds Needs, AlternativeNeeds? Alternative, IReadOnlyList<LakeFolder> LakeFolders) : SchedulerEffect;

    /// <summary>The cluster begins, or no longer needs, to gather offers for its first places.</summary>
    public sealed record Gathering(bool Wanted) : SchedulerEffect;

    /// <summary>Something that others may see has changed.</summary>
    public sealed record Changed : SchedulerEffect;

    /// <summary>The subscription is over: subscribe as a new framework, or not at all because another scheduler has it.</summary>
    public sealed record Resubscribe(bool Again, string Reason) : SchedulerEffect;
}
