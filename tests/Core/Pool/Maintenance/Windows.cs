using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Tests.Pool.Maintenance;

/// <summary>Maintenance schedules as tests write them.</summary>
internal static class Windows
{
    public const long Day = 24L * 3600 * 1_000_000_000;

    /// <param name="hosts">A hostname, or one with an IP address after an @; the name may be empty.</param>
    public static Window Of(long start, params string[] hosts) => new()
    {
        MachineIds = { hosts.Select(MachineOf) },
        Unavailability = new Unavailability { Start = new TimeInfo { Nanoseconds = start }, Duration = new DurationInfo { Nanoseconds = Day } },
    };

    public static MachineID MachineOf(string host)
    {
        var id = new MachineID();
        var parts = host.Split('@');
        if (parts[0].Length > 0)
            id.Hostname = parts[0];
        if (parts.Length > 1)
            id.Ip = parts[1];
        return id;
    }

    public static PoolOutcome Schedule(this PoolUnderTest pool, params Window[] windows) =>
        pool.Do(new PoolCommand.UpdateMaintenanceSchedule(new Schedule { Windows = { windows } }, pool.Caller));

    public static PoolOutcome Start(this PoolUnderTest pool, params string[] hosts) =>
        pool.Do(new PoolCommand.StartMaintenance([.. hosts.Select(MachineOf)], pool.Caller));

    public static PoolOutcome Stop(this PoolUnderTest pool, params string[] hosts) =>
        pool.Do(new PoolCommand.StopMaintenance([.. hosts.Select(MachineOf)], pool.Caller));

    public static ClusterStatus Status(this PoolUnderTest pool) => OperatorViews.Answer(
        pool.State, OperatorCall.Types.Type.GetMaintenanceStatus, new Visibility(pool.State.Settings.Access, pool.Caller))!.GetMaintenanceStatus.Status;

    public static Schedule Scheduled(this PoolUnderTest pool) => OperatorViews.Answer(
        pool.State, OperatorCall.Types.Type.GetMaintenanceSchedule, new Visibility(pool.State.Settings.Access, pool.Caller))!.GetMaintenanceSchedule.Schedule;

    public static string ShouldBeRefused(this PoolOutcome outcome, RefusalKind kind = RefusalKind.Invalid)
    {
        var refused = outcome.ShouldBeOfType<PoolOutcome.Refused>();
        refused.Kind.ShouldBe(kind);
        return refused.Message;
    }
}
