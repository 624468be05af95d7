using System.Runtime.InteropServices;
using System.Text;

namespace DataPlatform.Services.Agent.Native;

/// <summary>
/// Starts programs by posix_spawn: no copy of this process's memory, a session of their own, standard streams straight to
/// files, signals as a fresh process expects them.
/// </summary>
internal static unsafe class Spawn
{
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;

    // Larger than glibc's (336, 80 and 128 bytes on 64 bits) and musl's.
    private const int OpaqueSize = 1024;

    /// <param name="program">An absolute path.</param>
    /// <param name="arguments">The whole argument vector, the program's name first.</param>
    /// <returns>The process id. It has to be collected with <see cref="Collect"/> once it has ended.</returns>
    /// <exception cref="IOException">It could not be started.</exception>
    public static int Start(
        string program,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        string workingDirectory,
        string standardOutput,
        string standardError)
    {
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        var signals = stackalloc byte[OpaqueSize];
        var argumentVector = Vector(arguments);
        var environmentVector = Vector(environment.Select(pair => pair.Key + "=" + pair.Value).ToList());
        _ = Libc.posix_spawn_file_actions_init(actions);
        _ = Libc.posix_spawnattr_init(attributes);
        try
        {
            // Another task of the same user may already reach into the sandbox: a link in the log's place is not written through.
            const int append = Libc.OpenWriteOnly | Libc.OpenCreate | Libc.OpenAppend | Libc.OpenNoFollow;
            Check(Libc.posix_spawn_file_actions_addopen(actions, 0, "/dev/null", Libc.OpenReadOnly, 0), program);
            Check(Libc.posix_spawn_file_actions_addopen(actions, 1, standardOutput, append, 0x1A4), program);
            Check(Libc.posix_spawn_file_actions_addopen(actions, 2, standardError, append, 0x1A4), program);
            Check(Libc.posix_spawn_file_actions_addchdir_np(actions, workingDirectory), program);
            _ = Libc.sigemptyset(signals);
            Check(Libc.posix_spawnattr_setsigmask(attributes, signals), program);
            _ = Libc.sigfillset(signals);
            Check(Libc.posix_spawnattr_setsigdefault(attributes, signals), program);
            Check(Libc.posix_spawnattr_setflags(attributes, SetSignalDefaults | SetSignalMask | SetSession), program);
            int pid;
            Check(Libc.posix_spawn(&pid, program, actions, attributes, argumentVector, environmentVector), program);
            return pid;
        }
        finally
        {
            _ = Libc.posix_spawn_file_actions_destroy(actions);
            _ = Libc.posix_spawnattr_destroy(attributes);
            Free(argumentVector);
            Free(environmentVector);
        }
    }

    /// <summary>Takes an ended child out of the process table; of no effect on what is not our child.</summary>
    /// <returns>Its exit status, 128 + n for signal n; null when it is not our child.</returns>
    public static int? Collect(int pid)
    {
        const int noHang = 1;
        int status;
        if (Libc.waitpid(pid, &status, noHang) != pid)
            return null;
        var signal = status & 0x7F;
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal;
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
        {
            var length = Encoding.UTF8.GetByteCount(items[index]);
            vector[index] = (byte*)NativeMemory.AllocZeroed((nuint)length + 1);
            Encoding.UTF8.GetBytes(items[index], new Span<byte>(vector[index], length));
        }

        return vector;
    }

    private static void Free(byte** vector)
    {
        for (var item = vector; *item is not null; item++)
            NativeMemory.Free(*item);
        NativeMemory.Free(vector);
    }
}
