using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using CallType = DataPlatform.Core.Protocol.Mesos.OperatorCall.Types.Type;

namespace DataPlatform.Services.Master.Endpoints;

/// <summary>The operator calls that change the maintenance of machines.</summary>
internal static class MaintenanceCalls
{
    public static bool Are(CallType call) =>
        call is CallType.UpdateMaintenanceSchedule or CallType.StartMaintenance or CallType.StopMaintenance;

    /// <summary>Null when the call does not carry what its type names.</summary>
    public static PoolCommand? Command(OperatorCall call, Caller caller) => call switch
    {
        { Type: CallType.UpdateMaintenanceSchedule, UpdateMaintenanceSchedule: { } update } => new PoolCommand.UpdateMaintenanceSchedule(update.Schedule, caller),
        { Type: CallType.StartMaintenance, StartMaintenance: { } start } => new PoolCommand.StartMaintenance(start.Machines, caller),
        { Type: CallType.StopMaintenance, StopMaintenance: { } stop } => new PoolCommand.StopMaintenance(stop.Machines, caller),
        _ => null,
    };
}
