using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>Makes folders where a task may be changing things at that very moment: by the descriptor of the folder above, never through a link.</summary>
internal static class ContainedFolders
{
    private const nint FolderMode = 0x1E8; // 0750

    /// <param name="user">Whose it is to be if it is made; null: this process's user.</param>
    /// <exception cref="IOException">It can't be made, or something else is in its place.</exception>
    public static SafeFileHandle Make(SafeFileHandle parent, string name, HostUser? user, bool mayBeThere)
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
