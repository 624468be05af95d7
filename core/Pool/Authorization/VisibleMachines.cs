using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>What one caller may see of maintenance: machines that it has no right on are left out.</summary>
internal sealed class VisibleMachines(AccessRules rules, Caller caller)
{
    /// <summary>The message given is left as it is.</summary>
    public OperatorResponse.Types.GetMaintenanceSchedule Of(OperatorResponse.Types.GetMaintenanceSchedule answer) =>
        rules.AllowsAll(caller, AccessAction.GetMaintenanceSchedules)
            ? answer
            : new() { Schedule = MaintenancePlan.Only(answer.Schedule, id => Allows(AccessAction.GetMaintenanceSchedules, id)) };

    /// <inheritdoc cref="Of(OperatorResponse.Types.GetMaintenanceSchedule)"/>
    public OperatorResponse.Types.GetMaintenanceStatus Of(OperatorResponse.Types.GetMaintenanceStatus answer)
    {
        if (rules.AllowsAll(caller, AccessAction.GetMaintenanceStatuses))
            return answer;
        var seen = new ClusterStatus();
        seen.DrainingMachines.Add(answer.Status.DrainingMachines.Where(machine => Allows(AccessAction.GetMaintenanceStatuses, machine.Id)));
        seen.DownMachines.Add(answer.Status.DownMachines.Where(id => Allows(AccessAction.GetMaintenanceStatuses, id)));
        return new() { Status = seen };
    }

    /// <summary>Whether it may be told that the machine is down.</summary>
    public bool ShowsStatusOf(MachineID id) => Allows(AccessAction.GetMaintenanceStatuses, id);

    private bool Allows(AccessAction action, MachineID id) => rules.WhyNot(caller, action, Machine.Of(id).Name) is null;
}
