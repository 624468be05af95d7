using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Volumes;

/// <summary>Mounts among those that the processes of one container see, while they run.</summary>
internal static class VolumeMounts
{
    private const nint Detached = 2;
    private const nint NoFollow = 8;
    private const nint FromDescriptor = 4; // MOVE_MOUNT_F_EMPTY_PATH
    private const nint FolderMode = 0x1ED; // 0755

    /// <summary>Of no effect when something is mounted there.</summary>
    /// <param name="first">The container's supervisor.</param>
    /// <param name="mount">Nobody but the agent writes above its target.</param>
    /// <exception cref="IOException">The source is not there, or the kernel refuses.</exception>
    public static void Show(ProcessIdentity first, TaskMount mount)
    {
        if (IsMounted(first, mount.Target))
            return;
        using var calls = new SystemCalls();
        using var trees = new MountTrees();
        var tree = trees.Copy(mount);
        using var joined = TaskNamespaces.Join(calls, first);
        calls.Add("set the mask of new folders", SystemCall.Umask, TaskRights.UsualMask);
        for (var slash = mount.Target.IndexOf('/', 1); slash > 0; slash = mount.Target.IndexOf('/', slash + 1))
            MakeFolder(calls, mount.Target[..slash]);
        MakeFolder(calls, mount.Target);
        calls.Add($"show {mount.Target}", SystemCall.MoveMount, tree, calls.Text(""), Libc.CurrentFolder, calls.Text(mount.Target), FromDescriptor);
        calls.MakeOnOwnThread();
    }

    /// <summary>Files of it that are open stay open. Of no effect when nothing is mounted there.</summary>
    /// <inheritdoc cref="Show"/>
    public static void Hide(ProcessIdentity first, string target)
    {
        if (!IsMounted(first, target))
            return;
        using var calls = new SystemCalls();
        using var joined = TaskNamespaces.Join(calls, first);
        calls.Add($"take {target} away", SystemCall.Unmount, calls.Text(target), Detached | NoFollow);
        calls.MakeOnOwnThread();
    }

    private static bool IsMounted(ProcessIdentity first, string target)
    {
        const int mountPoint = 4;
        var written = target.Replace("\\", "\\134", StringComparison.Ordinal).Replace(" ", "\\040", StringComparison.Ordinal)
            .Replace("\t", "\\011", StringComparison.Ordinal).Replace("\n", "\\012", StringComparison.Ordinal);
        return File.ReadLines($"/proc/{first.Pid}/mountinfo").Any(line => line.Split(' ')[mountPoint] == written);
    }

    private static void MakeFolder(SystemCalls calls, string path) =>
        calls.Add($"make {path}", SystemCall.MakeFolder, Libc.CurrentFolder, calls.Text(path), FolderMode, mayFail: true); // It may be there.
}
