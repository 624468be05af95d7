using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Native;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>
/// Opens files beneath a folder whatever a task has put there: the kernel itself refuses a path that leaves the folder by
/// <c>..</c> or a link, also when the task changes it at that very moment (openat2, Linux 5.6 and later).
/// </summary>
internal static unsafe class ContainedFiles
{
    private const int OpenAt2 = 437;
    private const ulong Beneath = 0x08;
    private const ulong NoMagicLinks = 0x02;
    private const int CurrentDirectory = -100;

    /// <summary>Null when there is no such file beneath the folder, or none that can be read as a regular file.</summary>
    public static SafeFileHandle? OpenRead(string folder, string path)
    {
        if (Open(folder, path, Libc.OpenReadOnly | Libc.OpenNonBlocking) is not { } handle)
            return null;
        // A pipe or device would hold the reader up, or worse.
        if (IsRegular(handle))
            return handle;
        handle.Dispose();
        return null;
    }

    /// <summary>For reading and writing, never through a link at its end; null when that is not a regular file.</summary>
    public static SafeFileHandle? OpenWrite(string folder, string path, bool create)
    {
        const int readWrite = 2;
        if (Open(folder, path, readWrite | Libc.OpenNoFollow | Libc.OpenNonBlocking | (create ? Libc.OpenCreate : 0), create ? 0x1A4u : 0) is not { } handle)
            return null;
        if (IsRegular(handle))
            return handle;
        handle.Dispose();
        return null;
    }

    /// <summary>A path to the folder that stays valid while the handle is open; null when it is not a folder beneath the other.</summary>
    public static SafeFileHandle? OpenFolder(string folder, string path) =>
        Open(folder, path, Libc.OpenReadOnly | Libc.OpenDirectory);

    public static string PathOf(SafeFileHandle folder) => $"/proc/self/fd/{folder.DangerousGetHandle()}";

    private static bool IsRegular(SafeFileHandle handle)
    {
        const int emptyPath = 0x1000;
        const uint type = 1;
        const int modeOffset = 28;
        var status = stackalloc byte[256];
        return Libc.statx(handle, "", emptyPath, type, status) == 0 && (*(ushort*)(status + modeOffset) & 0xF000) == 0x8000;
    }

    private static SafeFileHandle? Open(string folder, string path, int flags, uint mode = 0)
    {
        var root = OpenPlain(folder);
        if (root < 0)
            return null;
        try
        {
            var name = Marshal.StringToCoTaskMemUTF8(path.Length == 0 ? "." : path);
            try
            {
                var how = stackalloc ulong[3];
                how[0] = (ulong)(flags | Libc.OpenCloseOnExec);
                how[1] = mode;
                how[2] = Beneath | NoMagicLinks;
                var descriptor = (int)Libc.syscall(OpenAt2, root, name, (nint)how, 3 * sizeof(ulong));
                return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
            }
            finally
            {
                Marshal.FreeCoTaskMem(name);
            }
        }
        finally
        {
            _ = Libc.close(root);
        }
    }

    private static int OpenPlain(string folder)
    {
        var name = Marshal.StringToCoTaskMemUTF8(folder);
        try
        {
            var how = stackalloc ulong[3];
            how[0] = Libc.OpenPathOnly | Libc.OpenDirectory | Libc.OpenCloseOnExec;
            how[1] = 0;
            how[2] = NoMagicLinks;
            return (int)Libc.syscall(OpenAt2, CurrentDirectory, name, (nint)how, 3 * sizeof(ulong));
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }
}
