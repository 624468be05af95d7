using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Sandboxes;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>
/// The folder <c>containers/ID</c> of a task's sandbox, with the logs of a container within the task's. The task owns what is around it, so
/// it is held open while something is written there, and not looked for by its path.
/// </summary>
internal sealed class NestedFolder : IDisposable
{
    private const string Above = "containers";

    private readonly SafeFileHandle own;

    private NestedFolder(SafeFileHandle own) => this.own = own;

    /// <param name="user">Whose it is to be; null: this process's user.</param>
    /// <exception cref="IOException">It can't be made, or something is in its place.</exception>
    public static NestedFolder Make(string sandbox, string nestedId, HostUser? user)
    {
        using var root = ContainedFiles.OpenFolder(sandbox, "") ?? throw new IOException("The task's sandbox is gone");
        using var above = ContainedFolders.Make(root, Above, user, mayBeThere: true);
        return new NestedFolder(ContainedFolders.Make(above, nestedId, user, mayBeThere: false));
    }

    /// <exception cref="IOException">Something in it can't be removed.</exception>
    public static void Remove(string sandbox, string nestedId)
    {
        using var root = ContainedFiles.OpenFolder(sandbox, "");
        using var above = root is null ? null : ContainedFiles.OpenFolder(root, Above);
        if (above is not null)
            FolderRemoval.Remove(above, nestedId);
    }

    /// <summary>A handle of its own, for whoever puts files there.</summary>
    public SafeFileHandle? Open() => ContainedFiles.OpenFolder(own, "");

    public void Dispose() => own.Dispose();
}
