using System.Globalization;

namespace DataPlatform.Services.Agent.Serving.Usage;

/// <summary>
/// What the kernel has counted for a container's control groups: unlike a sum over processes it knows those that have ended
/// and what they share. Null where the host has no such counter.
/// </summary>
internal sealed record GroupUsage(double? UserSeconds, double? SystemSeconds, long? MemoryBytes, int? Processes)
{
    private const double TicksPerSecond = 100;
    private const double MicrosecondsPerSecond = 1e6;

    /// <param name="groups">The container's folders, one with cgroup v2, one for each controller with v1.</param>
    public static GroupUsage Of(IReadOnlyList<string> groups)
    {
        var cpu = groups.Select(Cpu).FirstOrDefault(each => each is not null);
        return new GroupUsage(
            cpu?.User, cpu?.System,
            First(groups, "memory.current") ?? First(groups, "memory.usage_in_bytes"),
            (int?)First(groups, "pids.current"));
    }

    private static (double User, double System)? Cpu(string group)
    {
        if (Value(Path.Combine(group, "cpu.stat"), "user_usec") is { } user)
            return (user / MicrosecondsPerSecond, (Value(Path.Combine(group, "cpu.stat"), "system_usec") ?? 0) / MicrosecondsPerSecond);
        if (Value(Path.Combine(group, "cpuacct.stat"), "user") is { } ticks)
            return (ticks / TicksPerSecond, (Value(Path.Combine(group, "cpuacct.stat"), "system") ?? 0) / TicksPerSecond);
        return null;
    }

    private static long? First(IReadOnlyList<string> groups, string file) =>
        groups.Select(group => long.TryParse(Read(Path.Combine(group, file)).Trim(), CultureInfo.InvariantCulture, out var value) ? value : (long?)null)
            .FirstOrDefault(each => each is not null);

    private static long? Value(string path, string key)
    {
        foreach (var line in Read(path).Split('\n'))
        {
            if (line.StartsWith(key + " ", StringComparison.Ordinal) && long.TryParse(line.AsSpan(key.Length + 1), CultureInfo.InvariantCulture, out var value))
                return value;
        }

        return null;
    }

    private static string Read(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : "";
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return ""; // The container has just ended.
        }
    }
}
