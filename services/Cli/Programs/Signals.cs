using System.Runtime.InteropServices;

namespace DataPlatform.Services.Cli.Programs;

/// <summary>Signals to processes, which the framework can't send all of.</summary>
public static partial class Signals
{
    private const int Terminate = 15;
    private const int KillAtOnce = 9;

    /// <summary>Asks a process to end. False when it is gone already.</summary>
    public static bool AskToEnd(int processId) => Send(processId, Terminate) == 0;

    public static bool Kill(int processId) => Send(processId, KillAtOnce) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int processId, int signal);
}
