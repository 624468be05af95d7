using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Sandboxes;

/// <summary>What a file system holds, in bytes and in files, as an ordinary user may use it.</summary>
/// <param name="Inodes">How many files it can hold; 0 where it has no such bound.</param>
internal readonly record struct FileSystemUse(long Bytes, long FreeBytes, long Inodes, long FreeInodes)
{
    /// <summary>The part in use of what is scarcest, from 0 to 1.</summary>
    public double Part => Math.Max(PartOf(Bytes, FreeBytes), PartOf(Inodes, FreeInodes));

    /// <summary>Null when there is no such path.</summary>
    public static unsafe FileSystemUse? Of(string path)
    {
        // struct statvfs on 64 bits: all its counts are 8 bytes.
        const int words = 32;
        var status = stackalloc long[words];
        return Libc.statvfs(path, (byte*)status) == 0
            ? new FileSystemUse(status[2] * status[1], status[4] * status[1], status[5], status[7])
            : null;
    }

    private static double PartOf(long all, long free) => all == 0 ? 0 : 1 - ((double)free / all);
}
