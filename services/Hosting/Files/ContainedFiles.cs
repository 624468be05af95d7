using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Hosting.Files;

/// <summary>
/// Opens files beneath a folder whatever a task has put there: the kernel itself refuses a path that leaves the folder by
/// <c>..</c> or a link, also when the task changes it at that very moment (openat2, Linux 5.6 and later).
/// </summary>
public static class ContainedFiles
{
    private const ulong NoMagicLinks = 0x02;
    private const ulong NoLinks = 0x04;
    private const ulong Beneath = 0x08;

    /// <summary>Null when there is no such file beneath the folder, or none that can be read as a regular file.</summary>
    public static SafeFileHandle? OpenRead(string folder, string path)
    {
        using var root = OpenRoot(folder);
        return root is null ? null : OpenRead(root, path, followLinks: true).File;
    }

    /// <summary>A regular file. It is looked at before it is opened: to open a device may already do something, and a pipe may never open.</summary>
    /// <param name="followLinks">Those that stay beneath the folder.</param>
    public static ContainedFile OpenRead(SafeFileHandle folder, string path, bool followLinks)
    {
        using var place = OpenBeneath(folder, path, OpenFlags.PathOnly, 0, followLinks ? 0 : NoLinks);
        if (place is null)
            return new ContainedFile(null, Marshal.GetLastPInvokeError(), null);
        if (FileStatus.Of(place) is not { IsRegular: true } status)
            return new ContainedFile(null, 0, FileStatus.Of(place)?.Kind ?? "unknown thing");
        // The very thing that was looked at, whatever has its name by now.
        var file = FileCalls.OpenWithin(FileCalls.CurrentFolder, PathOf(place), OpenFlags.ReadOnly | OpenFlags.NonBlocking, 0, 0);
        return file < 0 ? new ContainedFile(null, Marshal.GetLastPInvokeError(), null) : new ContainedFile(new SafeFileHandle(file, ownsHandle: true), 0, null);
    }

    /// <summary>For reading and writing, never through a link at its end; null when that is not a regular file.</summary>
    public static SafeFileHandle? OpenWrite(string folder, string path, bool create) =>
        OpenPlain(folder, path, OpenFlags.ReadWrite | (create ? OpenFlags.Create : 0));

    /// <summary>As the flags of open(2) say, never through a link at its end; null when that is not a regular file.</summary>
    public static SafeFileHandle? OpenPlain(string folder, string path, int flags)
    {
        using var root = OpenRoot(folder);
        return root is null ? null : OpenPlain(root, path, flags);
    }

    /// <inheritdoc cref="OpenPlain(string, string, int)"/>
    public static SafeFileHandle? OpenPlain(SafeFileHandle folder, string path, int flags)
    {
        var handle = OpenBeneath(folder, path, flags | OpenFlags.NoFollow | OpenFlags.NonBlocking, (flags & OpenFlags.Create) == 0 ? 0 : 0x1A4u);
        if (handle is null || FileStatus.Of(handle) is { IsRegular: true })
            return handle;
        handle.Dispose();
        return null;
    }

    /// <summary>The folder itself, from which others are opened; null when it is not there, and errno says why.</summary>
    public static SafeFileHandle? OpenRoot(string folder) => Handle(FileCalls.OpenWithin(FileCalls.CurrentFolder, folder, OpenFlags.PathOnly | OpenFlags.Directory, 0, NoMagicLinks));

    /// <summary>A path to the folder that stays valid while the handle is open; null when it is not a folder beneath the other.</summary>
    public static SafeFileHandle? OpenFolder(string folder, string path)
    {
        using var root = OpenRoot(folder);
        return root is null ? null : OpenBeneath(root, path, OpenFlags.ReadOnly | OpenFlags.Directory);
    }

    /// <summary>Never through a link at its end; null when there is no such folder beneath the other.</summary>
    public static SafeFileHandle? OpenFolder(SafeFileHandle folder, string path) =>
        OpenBeneath(folder, path, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);

    /// <summary>Neither read nor written, only to say which it is; null when there is none beneath the folder.</summary>
    public static SafeFileHandle? OpenPlace(string folder, string path)
    {
        using var root = OpenRoot(folder);
        return root is null ? null : OpenBeneath(root, path, OpenFlags.PathOnly);
    }

    /// <summary>What is right in a folder, in no order, with what the kernel says of each; what goes meanwhile is left out.</summary>
    public static IEnumerable<(string Name, FileStatus Status)> In(SafeFileHandle folder)
    {
        var inside = PathOf(folder);
        return from path in Directory.EnumerateFileSystemEntries(inside)
               let status = FileStatus.Of(path)
               where status is not null
               select (Path.GetFileName(path), status.Value);
    }

    public static string PathOf(SafeFileHandle folder) => $"/proc/self/fd/{folder.DangerousGetHandle()}";

    private static SafeFileHandle? OpenBeneath(SafeFileHandle folder, string path, int flags, uint mode = 0, ulong resolve = 0) =>
        Handle(FileCalls.OpenWithin((int)folder.DangerousGetHandle(), path.Length == 0 ? "." : path, flags, mode, Beneath | NoMagicLinks | resolve));

    private static SafeFileHandle? Handle(int descriptor) => descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
}
