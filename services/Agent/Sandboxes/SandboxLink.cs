using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>A link in a sandbox whose task runs, made by this agent. The folders on the way to it are opened one by one: what the task has put there leads nowhere else.</summary>
internal static class SandboxLink
{
    /// <param name="path">Relative, without any part that leads upwards.</param>
    /// <param name="user">Whose the folders are to be that are made on the way; null: this process's user.</param>
    /// <exception cref="IOException">Something else is there.</exception>
    public static void Make(string sandbox, string path, string target, HostUser? user)
    {
        using var folder = OpenAbove(sandbox, path, (parent, name) => ContainedFolders.Make(parent, name, user, mayBeThere: true));
        if (folder is null)
            throw new IOException("the sandbox is gone");
        var link = In(folder, path);
        if (TargetOf(link) == target)
            return; // Made by a process of this agent that was killed then.
        if (FileStatus.Of(link) is { } other)
            throw new IOException($"a {other.Kind} is at '{path}' in the executor's sandbox already");
        File.CreateSymbolicLink(link, target);
    }

    /// <summary>Of no effect where another thing is, or nothing.</summary>
    public static void Remove(string sandbox, string path, string target)
    {
        using var folder = OpenAbove(sandbox, path, ContainedFiles.OpenFolder);
        if (folder is not null && TargetOf(In(folder, path)) == target)
            File.Delete(In(folder, path));
    }

    private static SafeFileHandle? OpenAbove(string sandbox, string path, Func<SafeFileHandle, string, SafeFileHandle?> open)
    {
        var folder = ContainedFiles.OpenFolder(sandbox, "");
        foreach (var name in path.Split('/').SkipLast(1))
        {
            if (folder is null)
                return null;
            using var above = folder;
            folder = open(above, name);
        }

        return folder;
    }

    private static string In(SafeFileHandle folder, string path) => $"{ContainedFiles.PathOf(folder)}/{path[(path.LastIndexOf('/') + 1)..]}";

    private static string? TargetOf(string link) => new FileInfo(link).LinkTarget;
}
