using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>
/// Sandboxes as the API shows them, by paths of the form
/// <c>/frameworks/FRAMEWORK/executors/TASK/runs/latest/FILE</c> (or a container id in place of latest).
/// </summary>
public sealed class SandboxFiles(SandboxPaths paths)
{
    /// <summary>The most that one read answers.</summary>
    public const int LongestRead = 1024 * 1024;

    /// <summary>The most entries that one list has; a task may make any number of files.</summary>
    public const int LongestList = 10_000;

    /// <summary>Size of the whole file and the part asked for; null when there is no such file.</summary>
    /// <param name="length">Null: up to the end, as far as one read goes.</param>
    public static (long Size, byte[] Data)? Read(SandboxPlace place, long offset, long? length)
    {
        using var handle = Open(place);
        if (handle is null)
            return null;
        var size = RandomAccess.GetLength(handle);
        var wanted = (int)Math.Clamp(Math.Min(length ?? LongestRead, size - offset), 0, LongestRead);
        var data = new byte[wanted];
        var read = 0;
        while (read < wanted && RandomAccess.Read(handle, data.AsSpan(read), offset + read) is > 0 and var part)
            read += part;
        return (size, data[..read]);
    }

    /// <summary>What is in a folder, by name; null when there is no such folder.</summary>
    public static IReadOnlyList<Core.Protocol.Mesos.FileInfo>? List(SandboxPlace place)
    {
        using var folder = ContainedFiles.OpenFolder(place.Run, place.Inside);
        if (folder is null)
            return null;
        var (users, groups) = (AccountNames.Read("/etc/passwd"), AccountNames.Read("/etc/group"));
        return ContainedFiles.In(folder).Take(LongestList).OrderBy(each => each.Name, StringComparer.Ordinal)
            .Select(each => Describe(place.Path.TrimEnd('/') + "/" + each.Name, each.Status, users, groups)).ToList();
    }

    private static Core.Protocol.Mesos.FileInfo Describe(string path, FileStatus status, AccountNames users, AccountNames groups) => new()
    {
        Path = path,
        Nlink = (int)Math.Min(status.Links, int.MaxValue),
        Size = status.IsRegular ? (ulong)status.Size : 0,
        Mtime = new TimeInfo { Nanoseconds = (status.ModifiedSeconds * 1_000_000_000) + status.ModifiedNanoseconds },
        Mode = status.Mode,
        Uid = users.Of(status.Owner),
        Gid = groups.Of(status.Group),
    };

    /// <summary>The file to read from, as long as it is; null when there is no such file.</summary>
    public static SafeFileHandle? Open(SandboxPlace place) => ContainedFiles.OpenRead(place.Run, place.Inside);

    /// <summary>Where the path leads; null when there is no such sandbox.</summary>
    /// <param name="path">Also the path on the host, which the agent's state names and older tools ask with.</param>
    public SandboxPlace? Find(string path)
    {
        var asked = path;
        if (path.StartsWith(paths.Root + "/", StringComparison.Ordinal) && path.IndexOf('/', paths.Root.Length + 1) is > 0 and var agent)
            path = path[agent..];
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 6 || parts[0] != "frameworks" || parts[2] != "executors" || parts[4] != "runs" || path.Contains('\0', StringComparison.Ordinal) || parts.Contains("..") || parts.Contains("."))
            return null;
        if (paths.Find(new TaskKey(parts[1], parts[3]), parts[5]) is not { } run)
            return null;
        // Which sandbox is the latest may change between the question who may see it and the answer: it is settled here.
        var container = Directory.ResolveLinkTarget(run, returnFinalTarget: false) is { } target ? target.Name : parts[5];
        return new SandboxPlace(asked, parts[1], container, Path.Combine(Path.GetDirectoryName(run)!, container), string.Join('/', parts.Skip(6)));
    }
}

/// <summary>A file or folder of one sandbox.</summary>
/// <param name="Path">As it was asked for.</param>
/// <param name="ContainerId">Of the run, or of the pod, whose sandbox it is.</param>
/// <param name="Run">The sandbox's folder on this host.</param>
/// <param name="Inside">The path from there; empty for the sandbox itself.</param>
public sealed record SandboxPlace(string Path, string FrameworkId, string ContainerId, string Run, string Inside);
