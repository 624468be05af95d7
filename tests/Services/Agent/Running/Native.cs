using System.Runtime.InteropServices;

namespace DataPlatform.Services.Tests.Agent.Running;

internal static class Native
{
    [DllImport("libc", SetLastError = true)]
    public static extern int kill(int pid, int signal);

    /// <summary>Whether such a process runs (a zombie does not).</summary>
    public static bool IsAlive(int pid) =>
        File.Exists($"/proc/{pid}/stat") && !File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].TrimStart().StartsWith('Z');
}
