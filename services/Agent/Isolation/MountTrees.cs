using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Isolation;

/// <summary>Copies of folders' mounts that no namespace has yet.</summary>
internal sealed class MountTrees : IDisposable
{
    private const int TreeCopy = 1;
    private const int EmptyPath = 0x1000;
    private const int Recursive = 0x8000;
    private const uint ReadOnly = 1;
    private const uint NoSetUserId = 2;
    private const uint NoDevices = 4;
    private readonly List<int> descriptors = [];

    /// <exception cref="IOException">It is not there, or the kernel refuses.</exception>
    public int Copy(string path)
    {
        using var calls = new SystemCalls();
        return Keep((int)Libc.systemCall(SystemCall.OpenTree, Libc.CurrentFolder, calls.Text(path), TreeCopy | Recursive | OpenFlags.CloseOnExec, 0, 0), path);
    }

    /// <exception cref="IOException">It is not there, leaves its folder, or the kernel refuses.</exception>
    public int Copy(TaskMount mount)
    {
        using var place = mount.Within is { } folder
            ? ContainedFiles.OpenPlace(folder, mount.Source[folder.Length..].TrimStart('/')) ?? throw new IOException($"Cannot show {mount.Source}: it is not there, or leaves {folder} by a link")
            : Open(mount.Source);
        using var calls = new SystemCalls();
        var tree = Keep((int)Libc.systemCall(
            SystemCall.OpenTree, (nint)place.DangerousGetHandle(), calls.Text(""), TreeCopy | Recursive | EmptyPath | OpenFlags.CloseOnExec, 0, 0), mount.Source);
        // With all that is mounted below it: to protect the topmost only would leave the others open.
        var wanted = NoSetUserId | NoDevices | (mount.ReadOnly ? ReadOnly : 0);
        var attributes = calls.Numbers(wanted, 0, 0, 0, 0, 0, 0, 0);
        return Libc.systemCall(SystemCall.SetMountAttributes, tree, calls.Text(""), EmptyPath | Recursive, attributes, 8 * sizeof(uint)) == 0
            ? tree
            : throw new IOException($"Cannot protect {mount.Source}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    public void Dispose()
    {
        foreach (var descriptor in descriptors)
            _ = Libc.close(descriptor);
    }

    private static SafeFileHandle Open(string path)
    {
        var descriptor = Libc.open(path, OpenFlags.PathOnly | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
        return descriptor < 0 ? throw Failure(path) : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private int Keep(int descriptor, string path)
    {
        if (descriptor < 0)
            throw Failure(path);
        descriptors.Add(descriptor);
        return descriptor;
    }

    private static IOException Failure(string path) => new($"Cannot show {path}: {Marshal.GetLastPInvokeErrorMessage()}");
}
