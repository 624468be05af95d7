using System.Runtime.InteropServices;

namespace DataPlatform.Services.ControlPlane.Lake.Sql;

/// <summary>What a process that reads what others wrote gives up first.</summary>
public static partial class Confinement
{
    private const int SetDumpable = 4;
    private const int SetNoNewPrivileges = 38;
    private const int CpuSeconds = 0;
    private const int FileSize = 1;
    private const int CoreSize = 4;
    private const int Processes = 6;

    /// <param name="seconds">Of a processor's time, for each thread that the engine may have.</param>
    /// <exception cref="IOException">Something of it can't be had; then nothing is read.</exception>
    public static void Enter(SqlUser? user, int seconds)
    {
        // No byte is written to any file, no process started, nothing left behind on a crash.
        Limit(FileSize, 0);
        Limit(CoreSize, 0);
        Limit(CpuSeconds, (ulong)seconds * (ulong)Environment.ProcessorCount);
        if (user is not null)
        {
            Held(SetGroups(0, 0), "setgroups");
            Held(SetGroupId(user.Group), "setgid");
            Held(SetUserId(user.Id), "setuid");
            // Another's process may not look at its own open files otherwise.
            Held(Control(SetDumpable, 1, 0, 0, 0), "prctl");
        }

        Held(Control(SetNoNewPrivileges, 1, 0, 0, 0), "prctl");
    }

    private static void Limit(int kind, ulong most)
    {
        var limits = new Limits { Current = most, Most = most };
        Held(SetLimit(kind, in limits), "setrlimit");
    }

    private static void Held(int result, string call)
    {
        if (result != 0)
            throw new IOException($"The query's process can't be confined: {call}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Limits
    {
        public ulong Current;
        public ulong Most;
    }

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int kind, in Limits limits);

    // Of the C library, which does it for all threads of the process.
    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nint count, nint groups);

    [LibraryImport("libc", EntryPoint = "setgid", SetLastError = true)]
    private static partial int SetGroupId(uint group);

    [LibraryImport("libc", EntryPoint = "setuid", SetLastError = true)]
    private static partial int SetUserId(uint user);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Control(int option, nuint first, nuint second, nuint third, nuint fourth);
}
