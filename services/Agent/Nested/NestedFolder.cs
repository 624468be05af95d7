using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Sandboxes;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Nested;

/// <summary>
/// The folder <c>containers/ID</c> of a task's sandbox, with the logs of a container within the task's. The task owns what is around it, so
/// it is held open while something is written there, and not looked for by its path.
/// </summary>
internal sealed unsafe class NestedFolder : IDisposable
{
    private const string Above = "containers";
    private const nint FolderMode = 0x1E8; // 0750

    private readonly SafeFileHandle own;

    private NestedFolder(SafeFileHandle own) => this.own = own;

    /// <param name="user">Whose it is to be; null: this process's user.</param>
    /// <exception cref="IOException">It can't be made, or something is in its place.</exception>
    public static NestedFolder Make(string sandbox, string nestedId, HostUser? user)
    {
        using var root = ContainedFiles.OpenFolder(sandbox, "") ?? throw new IOException("The task's sandbox is gone");
        using var above = Make(root, Above, user, mayBeThere: true);
        return new NestedFolder(Make(above, nestedId, user, mayBeThere: false));
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

    private static SafeFileHandle Make(SafeFileHandle parent, string name, HostUser? user, bool mayBeThere)
    {
        var text = Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            var made = Libc.syscall(SystemCall.MakeFolder, parent.DangerousGetHandle(), text, FolderMode, 0) == 0;
            var error = Marshal.GetLastPInvokeError();
            if (!made && !(mayBeThere && error == Libc.ErrorExists))
                throw new IOException($"Cannot make the folder '{name}' in the task's sandbox: {Marshal.GetPInvokeErrorMessage(error)}");
            var folder = ContainedFiles.OpenFolder(parent, name) ?? throw new IOException($"What is at '{name}' in the task's sandbox is no folder");
            if (!made || user is null || Libc.fchown(folder, user.Id, user.GroupId) == 0)
                return folder;
            folder.Dispose();
            throw new IOException($"Cannot give '{name}' to user {user.Name}");
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
        }
    }
}
