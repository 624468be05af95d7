using System.Runtime.InteropServices;

namespace DataPlatform.Services.Cli.Programs;

/// <summary>Signals to processes, which the framework can't send all of.</summary>
public static partial class Signals
{
    private const int Terminate = 15;
    private const int KillAtOnce = 9;

    // The same numbers on every processor that .NET runs on.
    private const int PidfdSendSignal = 424;
    private const int PidfdOpen = 434;

    /// <summary>Asks a process to end. False when it is gone already.</summary>
    public static bool AskToEnd(int processId) => Send(processId, Terminate) == 0;

    public static bool Kill(int processId) => Send(processId, KillAtOnce) == 0;

    /// <summary>
    /// Asks or kills a process that is not this one's child, so that its id may be another's by now: it is held, looked at, and only
    /// then signalled. False when it is gone or <paramref name="isMeant"/> says no.
    /// </summary>
    public static bool End(int processId, Func<bool> isMeant, bool atOnce)
    {
        var held = (int)Call(PidfdOpen, processId, 0, 0, 0);
        if (held < 0) return false;
        try
        {
            return isMeant() && Call(PidfdSendSignal, held, atOnce ? KillAtOnce : Terminate, 0, 0) == 0;
        }
        finally
        {
            _ = Close(held);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint one, nint two, nint three, nint four);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
