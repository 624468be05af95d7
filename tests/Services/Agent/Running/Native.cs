using System.Runtime.InteropServices;

namespace DataPlatform.Services.Tests.Agent.Running;

internal static class Native
{
    /// <summary>The host's number of a process that a task knows by its own; found by both, and by the sandbox that it runs in.</summary>
    public static int? HostPid(int inTask, string sandbox)
    {
        foreach (var folder in Directory.GetDirectories("/proc").Where(each => int.TryParse(Path.GetFileName(each), out _)))
        {
            try
            {
                var numbers = File.ReadLines(Path.Combine(folder, "status")).First(line => line.StartsWith("NSpid:", StringComparison.Ordinal)).Split('\t');
                if (numbers[^1] == inTask.ToString(System.Globalization.CultureInfo.InvariantCulture) && new FileInfo(Path.Combine(folder, "cwd")).LinkTarget == sandbox)
                    return int.Parse(numbers[1], System.Globalization.CultureInfo.InvariantCulture);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                // It has ended meanwhile, or is somebody else's.
            }
        }

        return null;
    }

    /// <summary>The processes of this host that were called by these words.</summary>
    public static IReadOnlyList<int> Running(params string[] words)
    {
        var found = new List<int>();
        foreach (var folder in Directory.GetDirectories("/proc").Where(each => int.TryParse(Path.GetFileName(each), out _)))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(folder, "cmdline")) == string.Join('\0', words) + '\0')
                    found.Add(int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile, or is somebody else's.
            }
        }

        return found;
    }

    [DllImport("libc", SetLastError = true)]
    public static extern int kill(int pid, int signal);

    /// <summary>Whether such a process runs (a zombie does not).</summary>
    public static bool IsAlive(int pid) =>
        File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].TrimStart().StartsWith('Z');
}
