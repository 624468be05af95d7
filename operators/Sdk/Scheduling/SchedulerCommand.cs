using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>What happens to a cluster's scheduler: all that its core ever learns.</summary>
public abstract record SchedulerCommand
{
    private SchedulerCommand() { }

    /// <summary>What people want of the cluster now, the latest target included.</summary>
    public sealed record Want(WantedCluster Cluster) : SchedulerCommand;

    /// <summary>Nothing is wanted of the cluster any more. Can't be taken back.</summary>
    public sealed record Remove : SchedulerCommand;

    public sealed record Signal(SchedulerSignal Of) : SchedulerCommand;

    public sealed record Resolving(ArtifactProgress Progress) : SchedulerCommand;

    /// <param name="Target">For which the artifacts were asked.</param>
    public sealed record Resolved(int Target, ArtifactResolution Resolution) : SchedulerCommand;

    /// <summary>Another cluster that this one names: how it is reached now; null when there is none of that name.</summary>
    public sealed record Connected(string Cluster, ClusterConnection? Connection) : SchedulerCommand;

    /// <summary>Whether the cluster may gather offers for its first places.</summary>
    /// <param name="WaitsFor">The older cluster that is to be placed first; null when it is this one's turn.</param>
    public sealed record Turn(string? WaitsFor) : SchedulerCommand;

    /// <summary>A call did not reach the master, or its answer not the scheduler.</summary>
    public sealed record Lost(SchedulerCall Call) : SchedulerCommand;

    /// <summary>Time has passed.</summary>
    public sealed record Tick : SchedulerCommand;
}
