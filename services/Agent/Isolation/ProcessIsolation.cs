using System.Globalization;
using System.Text;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Isolation;

/// <summary>
/// Without cgroups: a container's processes are those of its supervisor's session, those that carry its id in their
/// environment, and the descendants of either.
/// </summary>
public sealed class ProcessIsolation(string reason) : ContainerIsolation
{
    /// <summary>The environment variable by which processes that left their session are found again.</summary>
    public const string Marker = "MESOS_CONTAINER_ID";

    public override string Name => "processes";

    public override string Shortcomings =>
        $"no limits of cpu, memory and processes, and a process that leaves its session and clears its environment can escape: {reason}";

    public override void Prepare(string containerId, ContainerLimits limits)
    {
    }

    public override IReadOnlyList<int> Members(string containerId, int? supervisor)
    {
        var marker = MarkerOf(containerId);
        var stats = AllProcesses();
        var members = new HashSet<int>();
        foreach (var stat in stats)
        {
            if (stat.Session == supervisor || IdOf(stat.Pid, marker) is not null)
                members.Add(stat.Pid);
        }

        for (var grown = true; grown;)
        {
            grown = false;
            foreach (var stat in stats)
                grown |= members.Contains(stat.Parent) && members.Add(stat.Pid);
        }

        if (supervisor is { } pid)
            members.Remove(pid);
        return [.. members];
    }

    public override IReadOnlyList<string> Inside(string containerId)
    {
        var marker = MarkerOf(containerId);
        return AllProcesses().Select(stat => IdOf(stat.Pid, marker)).OfType<string>().Where(id => id != containerId).Distinct().ToList();
    }

    private static byte[] MarkerOf(string containerId) => Encoding.UTF8.GetBytes($"{Marker}={containerId}");

    private static List<ProcessStat> AllProcesses()
    {
        var found = new List<ProcessStat>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) &&
                ProcessStat.Of(pid) is { IsZombie: false } stat)
                found.Add(stat);
        }

        return found;
    }

    /// <summary>The id in a process's environment that is the marker's or begins with it; null when it has none.</summary>
    private static string? IdOf(int pid, byte[] marker)
    {
        try
        {
            ReadOnlySpan<byte> environment = File.ReadAllBytes($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/environ");
            foreach (var range in environment.Split((byte)0))
            {
                // What stands behind a slash is within the container.
                var variable = environment[range];
                if (variable.StartsWith(marker) && (variable.Length == marker.Length || variable[marker.Length] == (byte)'/'))
                    return Encoding.UTF8.GetString(variable[(Marker.Length + 1)..]);
            }
        }
        catch (IOException)
        {
            // It ended meanwhile.
        }
        catch (UnauthorizedAccessException)
        {
            // Somebody else's process: not one of ours.
        }

        return null;
    }
}
