using System.Buffers;
using System.Runtime.InteropServices;
using DataPlatform.Services.Agent.Fetching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Disk;

/// <summary>
/// What folders hold on the disk, added up: blocks, so that the holes of a sparse file cost nothing; a file of several names counts
/// once; links are not followed; files of the fetch cache are not the task's. Names need not be text, and a folder may be as deep
/// as it likes: never more than two are open.
/// </summary>
internal sealed unsafe class FolderSize
{
    private const int BufferSize = 32 * 1024;
    private readonly HashSet<(ulong Device, ulong Number)> seen = [];

    public long Bytes { get; private set; }

    /// <param name="path">Of a folder whose parents only the agent writes. May be gone.</param>
    /// <param name="except">A name in it that is left out.</param>
    public void Add(string path, string? except = null)
    {
        var descriptor = Libc.open(path, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
        if (descriptor < 0)
            return;
        var folder = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            if (FileStatus.Of(folder) is { } top)
                Walk(ref folder, new Level(top, Read(folder, except is null ? null : System.Text.Encoding.UTF8.GetBytes(except))));
        }
        finally
        {
            folder.Dispose();
        }
    }

    /// <summary>A file that has no name any more counts as well, while a process has it open.</summary>
    public void Add(FileStatus file)
    {
        if (seen.Add((file.Device, file.Number)))
            Bytes += file.AllocatedBytes;
    }

    /// <param name="folder">The one that is open; another when this returns.</param>
    private void Walk(ref SafeFileHandle folder, Level top)
    {
        Bytes += top.Status.AllocatedBytes;
        var levels = new Stack<Level>([top]);
        while (true)
        {
            if (levels.Peek().Folders.TryPop(out var name))
            {
                if (Open(folder, name) is not { } inner)
                    continue;
                if (FileStatus.Of(inner) is not { } status || status.Device != top.Status.Device)
                {
                    inner.Dispose();
                    continue;
                }

                Exchange(ref folder, inner);
                Bytes += status.AllocatedBytes;
                levels.Push(new Level(status, Read(folder, null)));
                continue;
            }

            levels.Pop();
            if (levels.Count == 0 || Open(folder, "..\0"u8) is not { } above)
                return;
            Exchange(ref folder, above);
            // Moved elsewhere meanwhile: the next look finds it there. Nothing outside is ever counted.
            if (FileStatus.Of(folder) is not { } now || now.Number != levels.Peek().Status.Number || now.Device != levels.Peek().Status.Device)
                return;
        }
    }

    private static void Exchange(ref SafeFileHandle folder, SafeFileHandle other)
    {
        folder.Dispose();
        folder = other;
    }

    private static SafeFileHandle? Open(SafeFileHandle folder, ReadOnlySpan<byte> name)
    {
        fixed (byte* path = name)
        {
            var descriptor = Libc.openat(folder, path, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
            return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
        }
    }

    /// <summary>Adds the files of one folder.</summary>
    /// <returns>The folders in it, each name with its NUL.</returns>
    private Stack<byte[]> Read(SafeFileHandle folder, byte[]? except)
    {
        const int lengthOffset = 16;
        const int nameOffset = 19;
        var folders = new Stack<byte[]>();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        fixed (byte* entries = buffer)
        {
            for (nint length; (length = Libc.getdents64(folder, entries, BufferSize)) > 0;)
            {
                for (nint at = 0; at < length; at += *(ushort*)(entries + at + lengthOffset))
                {
                    var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(entries + at + nameOffset);
                    if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8) || name.SequenceEqual(except))
                        continue;
                    if (FileStatus.Of(folder, entries + at + nameOffset) is not { } status)
                        continue;
                    if (status.IsFolder)
                        folders.Push([.. name, 0]);
                    else
                        AddEntry(status);
                }
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
        return folders;
    }

    private void AddEntry(FileStatus status)
    {
        if (status.Links <= 1)
            Bytes += status.AllocatedBytes;
        else if (!ArtifactSeal.Holds(status))
            Add(status);
    }

    private sealed record Level(FileStatus Status, Stack<byte[]> Folders);
}
