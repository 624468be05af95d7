using System.Runtime.InteropServices;

namespace DataPlatform.Services.Agent.Native;

/// <summary>Files and folders by descriptor: what .NET does by path only.</summary>
internal static unsafe partial class Libc
{
    public const int CurrentFolder = -100;
    public const int OpenNoTerminal = 0x100;
    public const int UnlinkFolder = 0x200;

    public const int ErrorNotPermitted = 1;
    public const int ErrorNotFound = 2;
    public const int ErrorAccess = 13;
    public const int ErrorExists = 17;
    public const int ErrorNotFolder = 20;
    public const int ErrorIsFolder = 21;
    public const int ErrorLoop = 40;

    private const int OpenAt2 = 437;

    /// <summary>openat2 (Linux 5.6 and later).</summary>
    /// <param name="resolve">What the kernel refuses while it walks the path (RESOLVE_...).</param>
    /// <returns>A descriptor, or below 0.</returns>
    public static int OpenWithin(int folder, string path, int flags, uint mode, ulong resolve)
    {
        // What follows a NUL would be cut off by C, and another file than the one named be opened.
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            Marshal.SetLastPInvokeError(ErrorNotFound);
            return -1;
        }

        var name = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            var how = stackalloc ulong[3];
            how[0] = (ulong)(flags | OpenCloseOnExec);
            how[1] = mode;
            how[2] = resolve;
            return (int)syscall(OpenAt2, folder, name, (nint)how, 3 * sizeof(ulong));
        }
        finally
        {
            Marshal.FreeCoTaskMem(name);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int openat(SafeHandle folder, byte* path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int unlinkat(SafeHandle folder, byte* path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int renameat(SafeHandle fromFolder, byte* from, SafeHandle toFolder, byte* to);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statx(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int statx(SafeHandle folder, byte* path, int flags, uint mask, byte* status);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int statvfs(string path, byte* status);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint getdents64(SafeHandle folder, byte* entries, nint length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial long lseek(SafeHandle file, long offset, int from);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int syncfs(SafeHandle file);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(SafeHandle file, nuint request, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(SafeHandle file, int command, int argument);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int getgrouplist(string user, uint group, uint* groups, int* count);

    /// <summary>Of the calling thread only.</summary>
    [LibraryImport("libc")]
    public static partial int setfsuid(uint id);

    /// <summary>Of the calling thread only.</summary>
    [LibraryImport("libc")]
    public static partial int setfsgid(uint id);
}
