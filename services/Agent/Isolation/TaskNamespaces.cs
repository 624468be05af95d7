using System.Globalization;
using DataPlatform.Services.Agent.Images;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Isolation;

/// <summary>
/// Each task's own view of the host: process ids that begin at 1 and are all its own, /tmp, /var/tmp and /dev/shm that
/// nobody shares, nothing of the agent's work directory but its sandbox. With the first process of it all others end.
/// </summary>
internal sealed class TaskNamespaces
{
    private const nint NewMounts = 0x00020000;
    private const nint NewProcessIds = 0x20000000;
    private const nint NewNetwork = 0x40000000;
    private const nint NewNames = 0x04000000;
    private const nint OwnFolderState = 0x200; // CLONE_FS
    private const nint ReadOnlyFlag = 1;
    private const nint NoSetUserId = 2;
    private const nint NoDevices = 4;
    private const nint Remount = 32;
    private const nint Bind = 4096;
    private const nint Recursive = 0x4000;
    private const nint Dependent = 0x80000; // MS_SLAVE: what the host unmounts goes here too, nothing comes out.
    private const nint FromDescriptor = 4; // MOVE_MOUNT_F_EMPTY_PATH
    private const uint FolderMode = 0x1ED; // 0755
    private const string MountProgram = "/bin/mount";
    private static readonly Dictionary<string, string> NoEnvironment = new(StringComparer.Ordinal) { ["PATH"] = TaskEnvironment.SearchPath };

    private readonly string workDirectory;
    private readonly IReadOnlyList<ShownFolder> shared;
    private readonly IReadOnlyList<string> groupMounts;

    private TaskNamespaces(string workDirectory, IReadOnlyList<ShownFolder> shared)
    {
        this.workDirectory = workDirectory;
        this.shared = shared;
        groupMounts = File.ReadAllLines("/proc/self/mountinfo").Select(CgroupMount.Parse).OfType<CgroupMount>().Select(each => each.Path).ToList();
    }

    /// <summary>Null, with the reason, where this host does not permit them to this process.</summary>
    /// <param name="shared">Folders that all tasks see at their own paths.</param>
    public static TaskNamespaces? Open(string workDirectory, IReadOnlyList<ShownFolder> shared, out string reason)
    {
        reason = "";
        if (Libc.geteuid() != 0)
        {
            reason = "only root can make them";
            return null;
        }

        var trial = Path.Combine(workDirectory, "meta", "trial");
        try
        {
            Directory.CreateDirectory(Path.Combine(trial, ".tmp"));
            var namespaces = new TaskNamespaces(workDirectory, shared);
            namespaces.Try(trial);
            return namespaces;
        }
        catch (IOException problem)
        {
            reason = problem.Message;
            return null;
        }
        finally
        {
            Directory.Delete(trial, recursive: true);
        }
    }

    /// <summary>Where the task's /tmp is kept: on the disk of its sandbox, and gone with the task.</summary>
    public static string TemporaryFolder(string sandbox) => Path.Combine(sandbox, ".tmp");

    /// <summary>For a thread that starts a task's first process.</summary>
    /// <param name="own">The task's sandbox, then what else it alone is shown.</param>
    /// <param name="mounts">What it finds elsewhere than where it lies; the targets are there.</param>
    /// <param name="image">Whose files are assembled, to be entered later; null: the task sees this host's.</param>
    /// <param name="asRoot">No folder is closed to root.</param>
    /// <param name="users">The user database that the task sees; null: the host's.</param>
    /// <returns>To be kept until the thread has done it.</returns>
    /// <exception cref="IOException">A folder is not there.</exception>
    public IDisposable Make(SystemCalls calls, IReadOnlyList<string> own, IReadOnlyList<TaskMount> mounts, ContainerImage? image, bool asRoot, string? users)
    {
        var shown = Shared.Concat(own.Select(folder => new ShownFolder(folder, ReadOnly: false))).ToList();
        var view = TaskView.Of(workDirectory, shown, folder => !asRoot && IsClosed(folder));
        var trees = new MountTrees();
        try
        {
            OwnMounts(calls);
            // Whatever the agent was started with: the task's user is to pass through what is made here. The task inherits it.
            calls.Add("make folders that all may pass", SystemCall.Umask, TaskRights.UsualMask);
            if (image is not null)
                ContainerRoot.Assemble(calls, image);
            // Copied before anything hides them.
            var temporary = view.Temporary.Where(Directory.Exists).Select(path => (Path: path, Tree: trees.Copy(TemporaryFolder(own[0])))).ToList();
            var folders = view.Shown.Select(each => (Folder: each, Tree: trees.Copy(each.Path))).ToList();
            foreach (var (path, tree) in temporary)
                calls.Add($"replace {path}", SystemCall.MoveMount, tree, calls.Text(""), Libc.CurrentFolder, calls.Text(path), FromDescriptor);
            foreach (var path in view.Hidden)
            {
                MakeFolder(calls, path);
                MountMemory(calls, path, "mode=0755,size=64k");
            }

            var placed = mounts.Select(each => (Mount: each, Tree: trees.Copy(each))).ToList();
            if (image is null)
                MountMemory(calls, "/dev/shm", "mode=1777");
            foreach (var path in view.Folders)
                MakeFolder(calls, path);
            foreach (var (folder, tree) in folders)
            {
                calls.Add($"show {folder.Path}", SystemCall.MoveMount, tree, calls.Text(""), Libc.CurrentFolder, calls.Text(folder.Path), FromDescriptor);
                if (folder.ReadOnly)
                    calls.Add($"protect {folder.Path}", SystemCall.Mount, 0, calls.Text(folder.Path), 0, Remount | Bind | ReadOnlyFlag | NoSetUserId | NoDevices);
            }

            foreach (var (mount, tree) in placed)
                calls.Add($"show {mount.Source} at {mount.Target}", SystemCall.MoveMount, tree, calls.Text(""), Libc.CurrentFolder, calls.Text(mount.Target), FromDescriptor);
            if (users is not null)
                calls.Add("show the task's user", SystemCall.MoveMount, trees.Copy(users), calls.Text(""), Libc.CurrentFolder, calls.Text("/etc/passwd"), FromDescriptor);
            // A root task could put itself into other groups by the files' mode alone.
            foreach (var path in groupMounts)
                calls.Add("protect cgroups", SystemCall.Mount, 0, calls.Text(path), 0, Remount | Bind | ReadOnlyFlag | NoSetUserId | NoDevices, mayFail: true);
            calls.Add("have own process ids", SystemCall.Unshare, NewProcessIds);
            return trees;
        }
        catch
        {
            trees.Dispose();
            throw;
        }
    }

    /// <summary>Folders that all tasks see at their own paths, those that are there.</summary>
    public IEnumerable<ShownFolder> Shared => shared.Where(each => Directory.Exists(each.Path));

    /// <summary>For a thread that starts a process: what is mounted from now on, only that process and its children see.</summary>
    public static void OwnMounts(SystemCalls calls)
    {
        calls.Add("have own mounts", SystemCall.Unshare, NewMounts | OwnFolderState);
        calls.Add("keep mounts from the host", SystemCall.Mount, calls.Text("none"), calls.Text("/"), 0, Dependent | Recursive);
    }

    /// <summary>For a thread that starts a task's first process: a network that has no way out.</summary>
    public static void OwnNetwork(SystemCalls calls) => calls.Add("have a network of its own", SystemCall.Unshare, NewNetwork);

    /// <summary>For a thread that starts a task's first process.</summary>
    public static void OwnName(SystemCalls calls, string name)
    {
        calls.Add("have a name of its own", SystemCall.Unshare, NewNames);
        calls.Add($"be called {name}", SystemCall.SetHostName, calls.Text(name), name.Length);
    }

    /// <summary>Once the first process is there and waits: /proc shows the task's processes, not the host's.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void MountProcesses(ProcessIdentity first, bool readOnly)
    {
        using var calls = new SystemCalls();
        using var joined = Join(calls, first);
        var flags = "nosuid,nodev,noexec" + (readOnly ? ",ro" : "");
        var pid = Spawn.Start(new ProcessStart(
            MountProgram, ["mount", "-n", "-i", "-t", "proc", "-o", flags, "proc", "/proc"], NoEnvironment, "/", [null, null]) { Before = calls });
        if (Spawn.CollectEnd(pid) is var status && status != 0)
            throw new IOException($"Cannot mount the task's /proc: mount ended with status {status}");
    }

    /// <summary>For a thread that starts a further process of a task.</summary>
    /// <returns>To be kept until the thread has done it.</returns>
    /// <exception cref="IOException">The task has ended.</exception>
    public static IDisposable Join(SystemCalls calls, ProcessIdentity first)
    {
        var descriptor = (int)Libc.syscall(SystemCall.OpenProcess, first.Pid, 0, 0, 0);
        if (descriptor < 0 || !ProcessStat.IsAlive(first))
        {
            if (descriptor >= 0)
                _ = Libc.close(descriptor);
            throw new IOException("The task has ended");
        }

        calls.Add("leave the agent's folder", SystemCall.Unshare, OwnFolderState);
        calls.Add("join the task", SystemCall.SetNamespace, descriptor, NewMounts | NewProcessIds | NewNetwork | NewNames);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private void Try(string folder)
    {
        int pid;
        using (var calls = new SystemCalls())
        using (Make(calls, [folder], [], null, asRoot: true, null))
            pid = Spawn.Start(new ProcessStart("/bin/sh", ["sh", "-c", "sleep 60"], NoEnvironment, "/", [null, null]) { Before = calls });
        try
        {
            MountProcesses(new ProcessIdentity(pid, ProcessStat.Of(pid)?.StartTicks ?? 0), readOnly: false);
        }
        finally
        {
            _ = Libc.kill(pid, Libc.SignalKill);
            _ = Spawn.CollectEnd(pid);
        }
    }

    private static void MakeFolder(SystemCalls calls, string path) =>
        calls.Add($"make {path}", SystemCall.MakeFolder, Libc.CurrentFolder, calls.Text(path), (nint)FolderMode, mayFail: true); // It may be there.

    private static void MountMemory(SystemCalls calls, string path, string options) => calls.Add(
        $"hide {path}", SystemCall.Mount, calls.Text("tmpfs"), calls.Text(path), calls.Text("tmpfs"), NoSetUserId | NoDevices, calls.Text(options));

    private static bool IsClosed(string folder) =>
        Directory.Exists(folder) && (File.GetUnixFileMode(folder) & UnixFileMode.OtherExecute) == 0;
}
