using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>What may stand in a maintenance schedule. Each rule answers why not, or null.</summary>
internal static class MachineRules
{
    public static string? WhyNotSchedule(PoolState state, Schedule schedule)
    {
        var settings = state.Settings;
        if (schedule.Windows.Count > settings.MaintenanceWindows)
            return $"schedule.windows: there are {schedule.Windows.Count}; at most {settings.MaintenanceWindows} are allowed";
        var seen = new HashSet<Machine>();
        foreach (var (index, window) in schedule.Windows.Index())
        {
            var place = $"schedule.windows[{index}]";
            if ((WhyNotMachines(settings, $"{place}.machine_ids", window.MachineIds, seen) ?? WhyNotTimes(place, window.Unavailability)) is { } why)
                return why;
        }

        foreach (var machine in state.DownMachines.Keys)
        {
            if (!seen.Contains(machine))
                return $"machine {machine} is down and missing in the schedule; STOP_MAINTENANCE takes it out";
        }

        return null;
    }

    /// <param name="seen">Machines named before; these are added.</param>
    public static string? WhyNotMachines(PoolSettings settings, string place, IReadOnlyCollection<MachineID> ids, HashSet<Machine> seen)
    {
        if (ids.Count == 0)
            return $"{place} is empty; name at least one machine";
        foreach (var id in ids)
        {
            if (WhyNotMachine(place, id) is { } why)
                return why;
            if (!seen.Add(Machine.Of(id)))
                return $"{place}: machine {Machine.Of(id)} is named twice";
            if (seen.Count > settings.MaintenanceMachines)
                return $"{place}: there are more machines than {settings.MaintenanceMachines}, which is the most allowed";
        }

        return null;
    }

    private static string? WhyNotMachine(string place, MachineID id)
    {
        if (id.Hostname.Length == 0 && id.Ip.Length == 0)
            return $"{place}: a machine has neither hostname nor ip; give one of them, or both";
        if (id.Hostname.Length > 0 && Names.WhyNotIdentifier($"{place}: hostname", id.Hostname) is { } badName)
            return badName;
        return id.Ip.Length > 0 && Uri.CheckHostName(id.Ip) is not (UriHostNameType.IPv4 or UriHostNameType.IPv6)
            ? $"{place}: ip '{Names.Printable(id.Ip)}' is no IP address"
            : null;
    }

    private static string? WhyNotTimes(string place, Unavailability unavailability)
    {
        if (unavailability.Start.Nanoseconds < 0)
            return $"{place}.unavailability.start is negative; it counts from 1970";
        return unavailability.Duration is { Nanoseconds: < 0 }
            ? $"{place}.unavailability.duration is negative; leave it out for a window without an end"
            : null;
    }
}
