using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>
/// Sandboxes as the API shows them, by paths of the form
/// <c>/frameworks/FRAMEWORK/executors/TASK/runs/latest/FILE</c> (or a container id in place of latest).
/// </summary>
public sealed class SandboxFiles(SandboxPaths paths)
{
    /// <summary>The most that one read answers.</summary>
    public const int LongestRead = 1024 * 1024;

    /// <summary>Size of the whole file and the part asked for; null when there is no such file.</summary>
    /// <param name="length">Null: up to the end, as far as one read goes.</param>
    public (long Size, byte[] Data)? Read(string path, long offset, long? length)
    {
        if (Split(path) is not { } place)
            return null;
        using var handle = ContainedFiles.OpenRead(place.Run, place.Inside);
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
    public IReadOnlyList<Core.Protocol.Mesos.FileInfo>? List(string path)
    {
        if (Split(path) is not { } place)
            return null;
        using var folder = ContainedFiles.OpenFolder(place.Run, place.Inside);
        if (folder is null)
            return null;
        return new DirectoryInfo(ContainedFiles.PathOf(folder)).EnumerateFileSystemInfos()
            .OrderBy(each => each.Name, StringComparer.Ordinal)
            .Select(each => Describe(path.TrimEnd('/') + "/" + each.Name, each)).ToList();
    }

    private static Core.Protocol.Mesos.FileInfo Describe(string path, FileSystemInfo entry)
    {
        const uint directory = 0x4000;
        const uint regular = 0x8000;
        const uint link = 0xA000;
        var isLink = entry.LinkTarget is not null;
        var isFolder = !isLink && entry is DirectoryInfo;
        return new Core.Protocol.Mesos.FileInfo
        {
            Path = path,
            Nlink = 1,
            Size = isLink || isFolder ? 0 : (ulong)((System.IO.FileInfo)entry).Length,
            Mtime = new TimeInfo { Nanoseconds = (entry.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100 },
            Mode = (uint)entry.UnixFileMode | (isLink ? link : isFolder ? directory : regular),
        };
    }

    private (string Run, string Inside)? Split(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 6 || parts[0] != "frameworks" || parts[2] != "executors" || parts[4] != "runs" || parts.Contains("..") || parts.Contains("."))
            return null;
        var run = paths.Find(new TaskKey(parts[1], parts[3]), parts[5]);
        return run is null ? null : (run, string.Join('/', parts.Skip(6)));
    }
}
