using DataPlatform.Services.Agent.Native;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>
/// Opens files beneath a folder whatever a task has put there: the kernel itself refuses a path that leaves the folder by
/// <c>..</c> or a link, also when the task changes it at that very moment (openat2, Linux 5.6 and later).
/// </summary>
internal static class ContainedFiles
{
    private const ulong Beneath = 0x08;
    private const ulong NoMagicLinks = 0x02;

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
    public static SafeFileHandle? OpenWrite(string folder, string path, bool create) =>
        OpenPlain(folder, path, Libc.OpenReadWrite | (create ? Libc.OpenCreate : 0));

    /// <summary>As the flags of open(2) say, never through a link at its end; null when that is not a regular file.</summary>
    public static SafeFileHandle? OpenPlain(string folder, string path, int flags) =>
        Plain(Open(folder, path, flags | Libc.OpenNoFollow | Libc.OpenNonBlocking, ModeOf(flags)));

    /// <inheritdoc cref="OpenPlain(string, string, int)"/>
    public static SafeFileHandle? OpenPlain(SafeFileHandle folder, string path, int flags) =>
        Plain(OpenBeneath((int)folder.DangerousGetHandle(), path, flags | Libc.OpenNoFollow | Libc.OpenNonBlocking, ModeOf(flags)));

    /// <summary>A path to the folder that stays valid while the handle is open; null when it is not a folder beneath the other.</summary>
    public static SafeFileHandle? OpenFolder(string folder, string path) =>
        Open(folder, path, Libc.OpenReadOnly | Libc.OpenDirectory);

    /// <summary>Neither read nor written, only to say which it is; null when there is none beneath the folder.</summary>
    public static SafeFileHandle? OpenPlace(string folder, string path) => Open(folder, path, Libc.OpenPathOnly);

    public static string PathOf(SafeFileHandle folder) => $"/proc/self/fd/{folder.DangerousGetHandle()}";

    /// <summary>Never through a link at its end; null when there is no such folder beneath the other.</summary>
    public static SafeFileHandle? OpenFolder(SafeFileHandle folder, string path) =>
        OpenBeneath((int)folder.DangerousGetHandle(), path, Libc.OpenReadOnly | Libc.OpenDirectory | Libc.OpenNoFollow, 0);

    private static uint ModeOf(int flags) => (flags & Libc.OpenCreate) == 0 ? 0 : 0x1A4u;

    private static SafeFileHandle? Plain(SafeFileHandle? handle)
    {
        if (handle is null || IsRegular(handle))
            return handle;
        handle.Dispose();
        return null;
    }

    private static bool IsRegular(SafeFileHandle handle) => FileStatus.Of(handle) is { IsRegular: true };

    private static SafeFileHandle? Open(string folder, string path, int flags, uint mode = 0)
    {
        var start = Libc.OpenWithin(Libc.CurrentFolder, folder, Libc.OpenPathOnly | Libc.OpenDirectory, 0, NoMagicLinks);
        if (start < 0)
            return null;
        using var root = new SafeFileHandle(start, ownsHandle: true);
        return OpenBeneath(start, path, flags, mode);
    }

    private static SafeFileHandle? OpenBeneath(int folder, string path, int flags, uint mode)
    {
        var descriptor = Libc.OpenWithin(folder, path.Length == 0 ? "." : path, flags, mode, Beneath | NoMagicLinks);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }
}
