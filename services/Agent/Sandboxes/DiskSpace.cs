using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>Says which disk is full, and of what.</summary>
internal static class DiskSpace
{
    public static bool IsFull(IOException problem) =>
        (problem.HResult & 0xFFFF) == Libc.ErrorNoSpace || problem.Message.Contains("No space left", StringComparison.Ordinal);

    /// <summary>The problem in words; for a full disk the file system and what of it ran out.</summary>
    public static string Explain(IOException problem, string? path = null)
    {
        if (!IsFull(problem))
            return problem.Message;
        var file = path ?? Quoted(problem.Message);
        if (file is null || Path.GetPathRoot(file) is not { Length: > 0 })
            return problem.Message;
        var drive = DriveInfo.GetDrives().Where(each => file.StartsWith(each.Name, StringComparison.Ordinal)).MaxBy(each => each.Name.Length);
        return drive is null || FileSystemUse.Of(drive.Name) is not { } use
            ? problem.Message
            : $"the disk at {drive.Name} is full: {What(use)} ({problem.Message})";
    }

    private static string What(FileSystemUse use) => use is { Inodes: > 0, FreeInodes: 0 }
        ? $"it holds as many files as it can, 0 of {use.Inodes} inodes are free ({use.FreeBytes} of {use.Bytes} bytes are)"
        : $"{use.FreeBytes} of {use.Bytes} bytes are free";

    private static string? Quoted(string message)
    {
        var first = message.IndexOf('\'', StringComparison.Ordinal);
        var last = message.LastIndexOf('\'');
        return first >= 0 && last > first ? message[(first + 1)..last] : null;
    }
}
