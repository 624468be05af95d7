using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Logs;

/// <summary>
/// What a task writes to as its stdout and stderr: named pipes in its run's folder, so that whoever keeps its logs can end and another
/// take over. The task's supervisor holds them open as well: nothing in them is lost meanwhile, and the task only waits.
/// </summary>
internal sealed class LogPipes : IDisposable
{
    public const string Output = "stdout";
    public const string Error = "stderr";
    private const uint OwnerOnly = 0x180; // 0600: a task may open its /dev/stdout anew.

    private LogPipes(SafeFileHandle heldOutput, SafeFileHandle heldError, SafeFileHandle output, SafeFileHandle error) =>
        (HeldOutput, HeldError, OutputEnd, ErrorEnd) = (heldOutput, heldError, output, error);

    /// <summary>While one of these is open, what is in the pipe stays there.</summary>
    public SafeFileHandle HeldOutput { get; }

    public SafeFileHandle HeldError { get; }

    /// <summary>For the task to write to.</summary>
    public SafeFileHandle OutputEnd { get; }

    public SafeFileHandle ErrorEnd { get; }

    public static string PathOf(string runDirectory, string name) => Path.Combine(runDirectory, name + ".pipe");

    /// <summary>False for a run that an agent before this one has started, whose task writes into the files themselves.</summary>
    public static bool Exist(string runDirectory) => File.Exists(PathOf(runDirectory, Output));

    /// <param name="user">Whose task it is; null: the agent's own.</param>
    /// <exception cref="IOException">They can't be made.</exception>
    public static LogPipes Make(string runDirectory, HostUser? user)
    {
        var made = new List<SafeFileHandle>();
        try
        {
            foreach (var name in (string[])[Output, Error])
                made.Add(MakeOne(PathOf(runDirectory, name), user));
            foreach (var name in (string[])[Output, Error])
                made.Add(Open(PathOf(runDirectory, name), OpenFlags.WriteOnly));
            return new LogPipes(made[0], made[1], made[2], made[3]);
        }
        catch
        {
            made.ForEach(each => each.Dispose());
            throw;
        }
    }

    /// <summary>One that is never written to, for who is to wait without end.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    public static SafeFileHandle MakeHeld(string path)
    {
        if (Libc.mkfifo(path, OwnerOnly) != 0)
            throw new IOException($"Cannot make '{path}': {Marshal.GetLastPInvokeErrorMessage()}");
        return Open(path, OpenFlags.ReadWrite);
    }

    /// <summary>The reader's end, which never waits. Once nobody has the pipe open for writing, it reads what is left and then the end.</summary>
    /// <exception cref="IOException">It can't be opened.</exception>
    public static SafeFileHandle OpenReader(string runDirectory, string name) => Open(PathOf(runDirectory, name), OpenFlags.ReadOnly | OpenFlags.NonBlocking);

    /// <summary>Of no effect on the task: it has ends of its own.</summary>
    public void CloseEnds()
    {
        OutputEnd.Dispose();
        ErrorEnd.Dispose();
    }

    public void Dispose()
    {
        CloseEnds();
        HeldOutput.Dispose();
        HeldError.Dispose();
    }

    private static SafeFileHandle MakeOne(string path, HostUser? user)
    {
        if (Libc.mkfifo(path, OwnerOnly) != 0 || (user is not null && Libc.lchown(path, user.Id, user.GroupId) != 0))
            throw new IOException($"Cannot make '{path}': {Marshal.GetLastPInvokeErrorMessage()}");
        // Both ways: neither end has to wait for the other.
        return Open(path, OpenFlags.ReadWrite | OpenFlags.NonBlocking);
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        var descriptor = Libc.open(path, flags | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
        return descriptor < 0
            ? throw new IOException($"Cannot open '{path}': {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError())
            : new SafeFileHandle(descriptor, ownsHandle: true);
    }
}
