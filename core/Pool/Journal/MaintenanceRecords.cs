using Recorded = DataPlatform.Core.Pool.Journal.PoolRecord.EventOneofCase;

namespace DataPlatform.Core.Pool.Journal;

/// <summary>The durable events of maintenance windows as records, and back.</summary>
internal static class MaintenanceRecords
{
    /// <summary>False for an event of another kind.</summary>
    public static bool TryWrite(PoolEvent happened, PoolRecord record)
    {
        switch (happened)
        {
            case PoolEvent.MaintenanceScheduled scheduled:
                record.MaintenanceScheduled = new() { Schedule = scheduled.Schedule };
                return true;
            case PoolEvent.MachineWentDown down:
                record.MachineWentDown = new() { Machine = down.Machine };
                return true;
            case PoolEvent.MachineCameUp up:
                record.MachineCameUp = new() { Machine = up.Machine };
                return true;
            default:
                return false;
        }
    }

    /// <summary>Null for a record of another kind.</summary>
    public static PoolEvent? Read(PoolRecord record) => record.EventCase switch
    {
        Recorded.MaintenanceScheduled => new PoolEvent.MaintenanceScheduled(record.MaintenanceScheduled.Schedule),
        Recorded.MachineWentDown => new PoolEvent.MachineWentDown(record.MachineWentDown.Machine),
        Recorded.MachineCameUp => new PoolEvent.MachineCameUp(record.MachineCameUp.Machine),
        _ => null,
    };
}
