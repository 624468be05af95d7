using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>What happens to an operator: all that its core ever learns.</summary>
public abstract record OperatorCommand
{
    private OperatorCommand() { }

    public sealed record Want(WantedCluster Cluster) : OperatorCommand;

    public sealed record Remove(string ClusterId) : OperatorCommand;

    public sealed record Signal(SchedulerSignal Of) : OperatorCommand;

    public sealed record Resolving(string ClusterId, ArtifactProgress Progress) : OperatorCommand;

    public sealed record Resolved(string ClusterId, ArtifactResolution Resolution) : OperatorCommand;

    /// <summary>A call did not reach the master, or its answer not the operator.</summary>
    public sealed record Lost(SchedulerCall Call) : OperatorCommand;

    /// <summary>Time has passed.</summary>
    public sealed record Tick : OperatorCommand;
}
