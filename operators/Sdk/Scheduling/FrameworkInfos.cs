using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Clusters;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>How a cluster's scheduler presents itself to the master, and how it is known again.</summary>
public static class FrameworkInfos
{
    private const string ClusterLabel = "cluster";

    private static readonly FrameworkInfo.Types.Capability.Types.Type[] Capabilities =
    [
        FrameworkInfo.Types.Capability.Types.Type.MultiRole, FrameworkInfo.Types.Capability.Types.Type.PartitionAware,
        FrameworkInfo.Types.Capability.Types.Type.TaskKillingState, FrameworkInfo.Types.Capability.Types.Type.ReservationRefinement,
    ];

    /// <summary>The id of the cluster whose framework it is; null when it is none of this Sdk's.</summary>
    public static string? ClusterOf(FrameworkInfo info) => info.Labels.Find(ClusterLabel);

    internal static FrameworkInfo Of(string clusterId, string name, string package, SchedulerSettings settings, string? id)
    {
        var info = new FrameworkInfo
        {
            User = settings.User, Name = name, Checkpoint = true, FailoverTimeout = settings.FailoverTimeout.TotalSeconds, Hostname = Environment.MachineName, Labels = new Labels(),
        };
        info.Roles.Add($"{settings.TeamRole}/{name}");
        info.Labels.Labels_.Add(new Label { Key = ClusterLabel, Value = clusterId });
        info.Labels.Labels_.Add(new Label { Key = "package", Value = package });
        info.Capabilities.Add(Capabilities.Select(type => new FrameworkInfo.Types.Capability { Type = type }));
        if (settings.Scheduler.Credential is { } credential)
            info.Principal = credential.Principal;
        if (id is not null)
            info.Id = new FrameworkID { Value = id };
        return info;
    }
}
