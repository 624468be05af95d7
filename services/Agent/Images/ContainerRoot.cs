using System.Globalization;
using DataPlatform.Services.Agent.Isolation;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Images;

/// <summary>
/// The root folder of a task that runs from an image: its layers, read only and shared by all tasks of the image, with places
/// for what is mounted in it. It belongs to the task's own mounts: with the task's last process it is gone.
/// </summary>
internal static class ContainerRoot
{
    /// <summary>As in Mesos.</summary>
    public const string Sandbox = "/mnt/mesos/sandbox";

    // A folder that every host has. In it is built, before it is left behind.
    private const string Site = "/dev/shm";
    private const string Root = Site + "/root";
    private const int LongestOptions = 4000; // The kernel takes one page.
    private const nint ReadOnly = 1;
    private const nint NoSetUserId = 2;
    private const nint NoDevices = 4;
    private const nint NoPrograms = 8;
    private const nint Remount = 32;
    private const nint Bind = 4096;
    private const nint Move = 8192;
    private const nint Detached = 2;
    private const nint FromDescriptor = 4; // MOVE_MOUNT_F_EMPTY_PATH
    private const nint FolderMode = 0x1ED; // 0755
    private const nint FileMode = 0x81A4; // A file, 0644
    private static readonly string[] Devices = ["null", "zero", "full", "random", "urandom", "tty"];

    /// <summary>For the thread that has just made the task's mounts, while the layers can still be reached.</summary>
    /// <exception cref="IOException">There are too many layers.</exception>
    public static void Assemble(SystemCalls calls, ContainerImage image)
    {
        // By their short names: a page does not hold many long ones.
        var names = image.Layers.Select(layer => "l/" + File.ReadAllText(Path.Combine(Path.GetDirectoryName(layer)!, "link")).Trim());
        var options = $"lowerdir={string.Join(':', names)},upperdir={Site}/upper,workdir={Site}/work";
        if (options.Length > LongestOptions)
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"The image has {image.Layers.Count} layers, more than the kernel mounts at a time"));
        calls.Add("set the mask of new folders", SystemCall.Umask, TaskRights.UsualMask);
        Mount(calls, "tmpfs", Site, NoSetUserId | NoDevices, "mode=0755,size=1m");
        foreach (var folder in (string[])["upper", "work", "root"])
            MakeFolder(calls, $"{Site}/{folder}");
        calls.Add("enter the image store", SystemCall.ChangeFolder, calls.Text(Path.GetDirectoryName(Path.GetDirectoryName(image.Layers[0])!)!));
        Mount(calls, "overlay", Root, NoSetUserId | NoDevices, options);
    }

    /// <summary>
    /// Makes it the root of all that is in the task's mounts, of the supervisor that waits there above all. Only from then on is the
    /// image's content walked: wherever its links lead, they lead within it.
    /// </summary>
    /// <param name="first">The task's supervisor.</param>
    /// <param name="mounts">What the task finds in it; the targets are made.</param>
    /// <param name="folders">Further folders that are to be there.</param>
    /// <exception cref="IOException">The kernel refuses, or a source is not there.</exception>
    public static void Enter(ProcessIdentity first, IReadOnlyList<TaskMount> mounts, IReadOnlyList<string> folders)
    {
        using var calls = new SystemCalls();
        using var trees = new MountTrees();
        using var joined = TaskNamespaces.Join(calls, first);
        var left = "/.left-" + Guid.NewGuid().ToString("n"); // No image can have links to a name that is not known before.
        calls.Add("set the mask of new folders", SystemCall.Umask, TaskRights.UsualMask);
        MakeFolder(calls, Root + left);
        calls.Add("change the root", SystemCall.PivotRoot, calls.Text(Root), calls.Text(Root + left));
        foreach (var folder in folders.SelectMany(WithParents).Distinct())
            MakeFolder(calls, folder);
        foreach (var system in (string[])["/proc", "/sys"])
        {
            MakeFolder(calls, system);
            calls.Add($"have {system}", SystemCall.Mount, calls.Text(left + system), calls.Text(system), 0, Move);
        }

        calls.Add("protect /sys", SystemCall.Mount, 0, calls.Text("/sys"), 0, Remount | Bind | ReadOnly | NoSetUserId | NoDevices | NoPrograms);
        MakeDevices(calls, trees);
        foreach (var mount in mounts.OrderBy(each => each.Target.Length))
            Show(calls, trees, mount);
        calls.Add("leave the host's files", SystemCall.Unmount, calls.Text(left), Detached);
        calls.Add("leave nothing of them", SystemCall.Unlink, Libc.CurrentFolder, calls.Text(left), Libc.UnlinkFolder);
        calls.Add("protect the root", SystemCall.Mount, 0, calls.Text("/"), 0, Remount | Bind | ReadOnly | NoSetUserId | NoDevices);
        calls.MakeOnOwnThread();
    }

    private static void MakeDevices(SystemCalls calls, MountTrees trees)
    {
        MakeFolder(calls, "/dev");
        Mount(calls, "tmpfs", "/dev", NoSetUserId | NoDevices, "mode=0755,size=64k");
        foreach (var device in Devices)
        {
            MakeFile(calls, "/dev/" + device);
            Attach(calls, trees.Copy("/dev/" + device), "/dev/" + device);
        }

        MakeFolder(calls, "/dev/pts");
        Mount(calls, "devpts", "/dev/pts", NoSetUserId | NoPrograms, "newinstance,ptmxmode=0666,mode=0620");
        MakeFolder(calls, "/dev/shm");
        Mount(calls, "tmpfs", "/dev/shm", NoSetUserId | NoDevices, "mode=1777");
        foreach (var (name, target) in (ReadOnlySpan<(string, string)>)[("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2")])
            calls.Add($"make /dev/{name}", SystemCall.SymbolicLink, calls.Text(target), Libc.CurrentFolder, calls.Text("/dev/" + name));
    }

    private static void Show(SystemCalls calls, MountTrees trees, TaskMount mount)
    {
        foreach (var parent in WithParents(Path.GetDirectoryName(mount.Target)!))
            MakeFolder(calls, parent);
        if (Directory.Exists(mount.Source))
            MakeFolder(calls, mount.Target);
        else
            MakeFile(calls, mount.Target);
        Attach(calls, trees.Copy(mount), mount.Target);
    }

    private static IEnumerable<string> WithParents(string path)
    {
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
        if (path.Length > 1)
            yield return path;
    }

    private static void Attach(SystemCalls calls, int tree, string target) =>
        calls.Add($"show {target}", SystemCall.MoveMount, tree, calls.Text(""), Libc.CurrentFolder, calls.Text(target), FromDescriptor);

    private static void Mount(SystemCalls calls, string type, string target, nint flags, string options) =>
        calls.Add($"mount {type} at {target}", SystemCall.Mount, calls.Text(type), calls.Text(target), calls.Text(type), flags, calls.Text(options));

    // What can't be made because it is there already is what is wanted; what else goes wrong, the mount on it tells.
    private static void MakeFolder(SystemCalls calls, string path) =>
        calls.Add($"make {path}", SystemCall.MakeFolder, Libc.CurrentFolder, calls.Text(path), FolderMode, mayFail: true);

    private static void MakeFile(SystemCalls calls, string path) =>
        calls.Add($"make {path}", SystemCall.MakeFile, Libc.CurrentFolder, calls.Text(path), FileMode, mayFail: true);
}
