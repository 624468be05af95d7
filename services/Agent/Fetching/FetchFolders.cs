using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>Makes what is fetched the task's own. Only where no task can put a link in the way yet.</summary>
internal static class FetchFolders
{
    public const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
        UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>One new folder.</summary>
    public static void Make(string path, HostUser? owner)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, FolderMode); // The umask does not decide what tasks can read.
        Own(path, owner);
    }

    /// <summary>All folders that a path beneath another needs.</summary>
    public static void MakeWithin(string folder, string path, HostUser? owner)
    {
        foreach (var each in ArchivePaths.Parents(path + "/").Reverse())
        {
            if (!Directory.Exists(Path.Combine(folder, each)))
                Make(Path.Combine(folder, each), owner);
        }
    }

    public static void Own(string path, HostUser? owner)
    {
        if (owner is not null && Libc.lchown(path, owner.Id, owner.GroupId) != 0)
            throw new IOException($"Cannot give '{path}' to user {owner.Name}");
    }
}
