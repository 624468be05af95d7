using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>How an operator presents itself to the master.</summary>
internal static class FrameworkInfos
{
    private static readonly FrameworkInfo.Types.Capability.Types.Type[] Capabilities =
    [
        FrameworkInfo.Types.Capability.Types.Type.MultiRole, FrameworkInfo.Types.Capability.Types.Type.PartitionAware,
        FrameworkInfo.Types.Capability.Types.Type.TaskKillingState, FrameworkInfo.Types.Capability.Types.Type.ReservationRefinement,
    ];

    public static FrameworkInfo Of(string package, OperatorSettings settings, string? id)
    {
        var info = new FrameworkInfo
        {
            User = settings.User, Name = package, Checkpoint = true, FailoverTimeout = settings.FailoverTimeout.TotalSeconds, Hostname = Environment.MachineName,
        };
        info.Roles.Add(package);
        info.Capabilities.Add(Capabilities.Select(type => new FrameworkInfo.Types.Capability { Type = type }));
        if (settings.Scheduler.Credential is { } credential)
            info.Principal = credential.Principal;
        if (id is not null)
            info.Id = new FrameworkID { Value = id };
        return info;
    }
}
