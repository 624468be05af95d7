using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>A maintenance schedule that can be asked about hosts. Immutable.</summary>
public sealed class MaintenancePlan
{
    private readonly Dictionary<Machine, Unavailability> windows = [];

    /// <param name="schedule">Never changed from now on; each machine is in it once.</param>
    public MaintenancePlan(Schedule schedule)
    {
        Schedule = schedule;
        foreach (var window in schedule.Windows)
        {
            foreach (var id in window.MachineIds)
                windows[Machine.Of(id)] = window.Unavailability;
        }
    }

    public static MaintenancePlan Empty { get; } = new(new Schedule());

    public Schedule Schedule { get; }

    public bool IsEmpty => windows.Count == 0;

    public IReadOnlyCollection<Machine> Machines => windows.Keys;

    public bool Has(Machine machine) => windows.ContainsKey(machine);

    /// <summary>When the host will be away, or null. Where several windows are about it, the one that begins first counts.</summary>
    public Unavailability? Of(string hostname, string? address) => IsEmpty ? null : Machine.OfHost(hostname, address)
        .Select(machine => windows.GetValueOrDefault(machine)).OfType<Unavailability>()
        .MinBy(unavailability => unavailability.Start.Nanoseconds);

    /// <summary>What is left of the schedule; windows without machines go too.</summary>
    public Schedule Without(IReadOnlySet<Machine> machines) => Only(Schedule, id => !machines.Contains(Machine.Of(id)));

    /// <summary>A schedule of the chosen machines; windows without any go. The one given is left as it is.</summary>
    internal static Schedule Only(Schedule schedule, Func<MachineID, bool> chosen)
    {
        var left = new Schedule();
        foreach (var window in schedule.Windows)
        {
            var kept = window.MachineIds.Where(chosen).ToList();
            if (kept.Count > 0)
                left.Windows.Add(new Window { MachineIds = { kept }, Unavailability = window.Unavailability });
        }

        return left;
    }
}
