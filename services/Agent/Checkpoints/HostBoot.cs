using System.Globalization;

namespace DataPlatform.Services.Agent.Checkpoints;

/// <summary>
/// Which life of the host this is, and how old it is: the one clock that an agent shares with the process of it that was
/// there before, whatever was done to the host's time in between.
/// </summary>
/// <param name="Id">Another after every start of the host.</param>
public sealed record HostBoot(string Id, Func<TimeSpan> Uptime)
{
    /// <summary>In what the kernel counts the start of processes, whatever its own tick is.</summary>
    private const double TicksPerSecond = 100;

    public static HostBoot Current() => new(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), ReadUptime);

    /// <summary>Since a process was started; never negative.</summary>
    public TimeSpan AgeOf(ulong startTicks)
    {
        var age = Uptime() - TimeSpan.FromSeconds(startTicks / TicksPerSecond);
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    private static TimeSpan ReadUptime()
    {
        var text = File.ReadAllText("/proc/uptime");
        return TimeSpan.FromSeconds(double.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), CultureInfo.InvariantCulture));
    }
}
