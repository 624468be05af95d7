using System.Runtime.InteropServices;
using System.Text;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Native;

/// <summary>
/// Starts programs by posix_spawn: no copy of this process's memory, a session of their own, descriptors as given, signals
/// as a fresh process expects them. Rights and namespaces are the starting thread's, so that not one instruction of a
/// program for somebody else is run with this process's rights.
/// </summary>
internal static unsafe class Spawn
{
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;
    private const int StandardError = 2;

    // Larger than glibc's (336, 80 and 128 bytes on 64 bits) and musl's.
    private const int OpaqueSize = 1024;

    /// <returns>The process id. It has to be collected with <see cref="Collect"/> once it has ended.</returns>
    /// <exception cref="IOException">It could not be started.</exception>
    public static int Start(ProcessStart start)
    {
        var program = start.Program;
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        var signals = stackalloc byte[OpaqueSize];
        var path = Copy(program);
        var argumentVector = Vector(start.Arguments);
        var environmentVector = Vector(start.Environment.Select(pair => pair.Key + "=" + pair.Value).ToList());
        _ = Libc.posix_spawn_file_actions_init(actions);
        _ = Libc.posix_spawnattr_init(attributes);
        try
        {
            AddDescriptors(actions, start);

            Check(Libc.posix_spawn_file_actions_addchdir_np(actions, start.WorkingDirectory), program);
            _ = Libc.sigemptyset(signals);
            Check(Libc.posix_spawnattr_setsigmask(attributes, signals), program);
            _ = Libc.sigfillset(signals);
            Check(Libc.posix_spawnattr_setsigdefault(attributes, signals), program);
            Check(Libc.posix_spawnattr_setflags(attributes, SetSignalDefaults | SetSignalMask | SetSession), program);
            return Run(start.Before, program, path, actions, attributes, argumentVector, environmentVector);
        }
        finally
        {
            _ = Libc.posix_spawn_file_actions_destroy(actions);
            _ = Libc.posix_spawnattr_destroy(attributes);
            NativeMemory.Free(path);
            Free(argumentVector);
            Free(environmentVector);
        }
    }

    /// <summary>Takes an ended child out of the process table; of no effect on what is not our child.</summary>
    /// <returns>Its exit status, 128 + n for signal n; null when it is not our child.</returns>
    public static int? Collect(int pid) => ExitStatus(Wait(pid, noHang: 1));

    /// <summary>The same.</summary>
    /// <returns>What wait(2) tells, which does not mistake a signal for an exit status; null when it is not our child.</returns>
    public static int? CollectWaitStatus(int pid) => Wait(pid, noHang: 1);

    /// <summary>Waits for a child that is known to end soon, and collects it.</summary>
    public static int? CollectEnd(int pid) => ExitStatus(Wait(pid, noHang: 0));

    private static int? ExitStatus(int? waitStatus)
    {
        if (waitStatus is not { } status)
            return null;
        var signal = status & 0x7F;
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal;
    }

    private static int? Wait(int pid, int noHang)
    {
        int status, found;
        do
            found = Libc.waitpid(pid, &status, noHang);
        while (found < 0 && Marshal.GetLastPInvokeError() == Libc.ErrorInterrupted);
        return found == pid ? status : null;
    }

    private static void AddDescriptors(byte* actions, ProcessStart start)
    {
        var program = start.Program;
        if (start.Terminal is { } terminal)
        {
            // Already in a session of its own: the first terminal that it opens controls it.
            Check(Libc.posix_spawn_file_actions_addopen(actions, 0, terminal, OpenFlags.ReadWrite, 0), program);
            for (var copy = 1; copy <= StandardError; copy++)
                Check(Libc.posix_spawn_file_actions_adddup2(actions, 0, copy), program);
        }
        else
        {
            Check(start.Input is { } input
                ? Libc.posix_spawn_file_actions_adddup2(actions, (int)input.DangerousGetHandle(), 0)
                : Libc.posix_spawn_file_actions_addopen(actions, 0, start.InputFile, OpenFlags.ReadOnly, 0), program);
        }

        for (var index = start.Terminal is null ? 0 : StandardError; index < start.Descriptors.Count; index++)
        {
            Check(start.Descriptors[index] is { } handle
                ? Libc.posix_spawn_file_actions_adddup2(actions, (int)handle.DangerousGetHandle(), index + 1)
                : Libc.posix_spawn_file_actions_addopen(actions, index + 1, "/dev/null", OpenFlags.WriteOnly, 0), program);
        }
    }

    private static int Run(SystemCalls? before, string program, byte* path, void* actions, void* attributes, byte** arguments, byte** environment)
    {
        var work = before is null ? ThreadWork.Of([]) : before.Work();
        try
        {
            work->Path = path;
            work->Actions = actions;
            work->Attributes = attributes;
            work->Arguments = arguments;
            work->Environment = environment;
            work->RunOn(before is null ? null : "spawn");
            if (work->Failed >= 0)
                throw before!.Failure(work->Failed, work->Error);
            Check(work->Error, program);
            return work->ProcessId;
        }
        finally
        {
            ThreadWork.Free(work);
        }
    }

    private static void Check(int error, string program)
    {
        if (error != 0)
            throw new IOException($"Cannot start {program}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    private static byte** Vector(IReadOnlyList<string> items)
    {
        var vector = (byte**)NativeMemory.AllocZeroed((nuint)(items.Count + 1), (nuint)sizeof(byte*));
        for (var index = 0; index < items.Count; index++)
            vector[index] = Copy(items[index]);
        return vector;
    }

    private static byte* Copy(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        var copy = (byte*)NativeMemory.AllocZeroed((nuint)length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(copy, length));
        return copy;
    }

    private static void Free(byte** vector)
    {
        for (var item = vector; *item is not null; item++)
            NativeMemory.Free(*item);
        NativeMemory.Free(vector);
    }
}
