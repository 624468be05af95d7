using System.Diagnostics;
using System.Globalization;
using System.Text;
using DataPlatform.Services.Cli.Programs;

namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>
/// What a run may leave on the machine: processes, cgroups, mounts. Processes are known by their environment, which the platform's
/// parts and every task carry, so no other process is ever touched.
/// </summary>
public sealed class Leftovers(string runDirectory, string cgroupRoot)
{
    public const string Mark = "DP_QUICKSTART_RUN";

    public IReadOnlyList<(int Id, string Command)> Processes()
    {
        var found = new List<(int, string)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != Environment.ProcessId && IsOurs(directory))
                found.Add((id, Read(Path.Combine(directory, "cmdline")).Replace('\0', ' ').Trim()));
        return found;
    }

    /// <summary>Ends what a run before left behind, politely first. Returns how many there were.</summary>
    public async Task<int> EndProcessesAsync(TimeSpan grace)
    {
        var found = Processes();
        foreach (var (id, _) in found) Signals.AskToEnd(id);
        for (var watch = Stopwatch.StartNew(); Processes().Count > 0; await Task.Delay(50))
            if (watch.Elapsed > grace)
                foreach (var (id, _) in Processes()) Signals.Kill(id);
        return found.Count;
    }

    /// <summary>The run's groups of every controller, deepest first.</summary>
    public IEnumerable<string> Cgroups() =>
        from controller in Controllers()
        let root = Path.Combine(controller, cgroupRoot)
        where Directory.Exists(root)
        from directory in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).Append(root).OrderByDescending(path => path.Length)
        select directory;

    /// <summary>Removes empty groups. Returns those that can't be removed, as something runs in them.</summary>
    public IReadOnlyList<string> RemoveCgroups()
    {
        var kept = new List<string>();
        foreach (var group in Cgroups().ToList())
            try
            {
                Directory.Delete(group);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                kept.Add(group);
            }
        return kept;
    }

    public IReadOnlyList<string> Mounts() =>
        [.. File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')[1].Replace("\\040", " ", StringComparison.Ordinal)).Where(path => path.StartsWith(runDirectory + "/", StringComparison.Ordinal))];

    private static IEnumerable<string> Controllers() =>
        Directory.Exists("/sys/fs/cgroup") ? Directory.EnumerateDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup") : [];

    private bool IsOurs(string process)
    {
        var environment = Read(Path.Combine(process, "environ"));
        return environment.Split('\0').Any(entry =>
            entry == $"{Mark}={runDirectory}" || entry.StartsWith($"MESOS_SANDBOX={runDirectory}/", StringComparison.Ordinal));
    }

    private static string Read(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The process ended meanwhile, or is another user's.
            return "";
        }
    }
}
