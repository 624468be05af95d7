using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>
/// The folder <c>containers/ID</c> of a task's sandbox, or of the folder of another such container, with the logs of a container within the task's. The task owns what is around it, so
/// it is held open while something is written there, and not looked for by its path.
/// </summary>
internal sealed class NestedFolder : IDisposable
{
    private const string Above = "containers";

    private readonly SafeFileHandle own;

    private NestedFolder(SafeFileHandle own) => this.own = own;

    /// <param name="path">Of the containers that stand within each other, from the outermost to the one whose folder this is.</param>
    /// <param name="user">Whose it is to be; null: this process's user.</param>
    /// <exception cref="IOException">It can't be made, or something is in its place.</exception>
    public static NestedFolder Make(string sandbox, IReadOnlyList<string> path, HostUser? user)
    {
        var root = ContainedFiles.OpenFolder(sandbox, "") ?? throw new IOException("The task's sandbox is gone");
        foreach (var (name, index) in path.Select((name, index) => (name, index)))
        {
            using var outer = root;
            using var above = ContainedFolders.Make(outer, Above, user, mayBeThere: true);
            root = ContainedFolders.Make(above, name, user, mayBeThere: index < path.Count - 1);
        }

        return new NestedFolder(root);
    }

    /// <summary>One that was made before; null when it is gone.</summary>
    public static NestedFolder? Find(string sandbox, IReadOnlyList<string> path) => Open(sandbox, path) is { } folder ? new NestedFolder(folder) : null;

    /// <exception cref="IOException">Something in it can't be removed.</exception>
    public static void Remove(string sandbox, IReadOnlyList<string> path)
    {
        using var outer = Open(sandbox, [.. path.SkipLast(1)]);
        using var above = outer is null ? null : ContainedFiles.OpenFolder(outer, Above);
        if (above is not null)
            FolderRemoval.Remove(above, path[^1]);
    }

    private static SafeFileHandle? Open(string sandbox, IReadOnlyList<string> path)
    {
        var folder = ContainedFiles.OpenFolder(sandbox, "");
        foreach (var name in path.SelectMany(each => (string[])[Above, each]))
        {
            if (folder is null)
                return null;
            using var outer = folder;
            folder = ContainedFiles.OpenFolder(outer, name);
        }

        return folder;
    }

    /// <summary>A handle of its own, for whoever puts files there.</summary>
    public SafeFileHandle? Open() => ContainedFiles.OpenFolder(own, "");

    public void Dispose() => own.Dispose();
}
