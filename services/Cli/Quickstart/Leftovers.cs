using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using DataPlatform.Services.Cli.Programs;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Cli.Quickstart;

/// <summary>
/// What a run may leave on the machine: processes, cgroups, mounts. Processes are known by their environment, which the platform's
/// parts and every task carry, or by the run's own cgroups, so no other process is ever touched.
/// </summary>
/// <param name="runDirectory">Of this run alone.</param>
/// <param name="cgroupRoot">The name of its group under each controller, of this run alone too.</param>
public sealed partial class Leftovers(string runDirectory, string cgroupRoot)
{
    public const string Mark = "DP_QUICKSTART_RUN";
    private const int Detach = 2;
    private const int NoFollow = 8;

    public IReadOnlyList<(int Id, string Command)> Processes()
    {
        var members = Members();
        var found = new List<(int, string)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
            if (IdOf(directory) is { } id && id != Environment.ProcessId && (members.Contains(id) || IsMarked(directory)) && !HasEnded(directory))
                found.Add((id, Read(Path.Combine(directory, "cmdline")).Replace('\0', ' ').Trim()));
        return found;
    }

    /// <summary>Ends what a run before left behind, politely first. Returns how many there were.</summary>
    /// <param name="grace">How long they may take before they are killed; what can't be killed within as much again is left.</param>
    public async Task<int> EndProcessesAsync(TimeSpan grace)
    {
        var found = Processes();
        foreach (var (id, _) in found) Signals.End(id, () => IsOurs(id), atOnce: false);
        for (var watch = Stopwatch.StartNew(); Processes() is { Count: > 0 } left && watch.Elapsed < 2 * grace; await Task.Delay(50))
            if (watch.Elapsed > grace)
                foreach (var (id, _) in left) Signals.End(id, () => IsOurs(id), atOnce: true);
        return found.Count;
    }

    /// <summary>The run's groups of every controller, deepest first.</summary>
    public IEnumerable<string> Cgroups() =>
        from controller in Controllers()
        let root = Path.Combine(controller, cgroupRoot)
        from directory in Folders.Below(root).Append(root).Where(Directory.Exists).OrderByDescending(path => path.Length)
        select directory;

    /// <summary>Removes empty groups. Returns those that can't be removed, as something runs in them.</summary>
    public IReadOnlyList<string> RemoveCgroups()
    {
        var kept = new List<string>();
        foreach (var group in Cgroups().ToList())
            if (!TryRemove(group)) kept.Add(group);
        return kept;
    }

    public IReadOnlyList<string> Mounts() =>
        [.. File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')[1].Replace("\\040", " ", StringComparison.Ordinal)).Where(path => path.StartsWith(runDirectory + "/", StringComparison.Ordinal))];

    /// <summary>Takes away what is mounted in the run's directory, innermost first. Returns what stays.</summary>
    public IReadOnlyList<string> RemoveMounts()
    {
        foreach (var mount in Mounts().OrderByDescending(path => path.Length)) _ = Unmount(mount, Detach | NoFollow);
        return Mounts();
    }

    // The kernel may hold on to a group for a moment after its last process.
    private static bool TryRemove(string group)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Directory.Delete(group);
                return true;
            }
            catch (DirectoryNotFoundException)
            {
                return true;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                if (attempt == 25) return false;
                Thread.Sleep(4);
            }
        }
    }

    private HashSet<int> Members() =>
        [.. Cgroups().SelectMany(group => Read(Path.Combine(group, "cgroup.procs")).Split('\n')).Where(line => line.Length > 0).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];

    private bool IsOurs(int id) => Members().Contains(id) || IsMarked($"/proc/{id}");

    private static IEnumerable<string> Controllers() =>
        Folders.In("/sys/fs/cgroup").Append("/sys/fs/cgroup");

    private static int? IdOf(string process) =>
        int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>It only waits to be collected by its parent.</summary>
    private static bool HasEnded(string process)
    {
        var stat = Read(Path.Combine(process, "stat"));
        return stat.LastIndexOf(") ", StringComparison.Ordinal) is var name and >= 0 && stat[name + 2] is 'Z' or 'X';
    }

    private bool IsMarked(string process)
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

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string path, int flags);
}
