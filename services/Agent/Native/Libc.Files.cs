using System.Runtime.InteropServices;

namespace DataPlatform.Services.Agent.Native;

/// <summary>Files and folders by descriptor: what .NET does by path only.</summary>
internal static unsafe partial class Libc
{
    public const int CurrentFolder = -100;
    public const int UnlinkFolder = 0x200;

    public const int ErrorNotPermitted = 1;
    public const int ErrorNotFound = 2;
    public const int ErrorExists = 17;
    public const int ErrorIsFolder = 21;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int openat(SafeHandle folder, byte* path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int unlinkat(SafeHandle folder, byte* path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int renameat(SafeHandle fromFolder, byte* from, SafeHandle toFolder, byte* to);

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
