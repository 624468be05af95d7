using System.Text;

namespace DataPlatform.Services.Hosting.Files;

/// <summary>
/// Files that are there whole or not at all, also after a loss of power: when a write returns, content and name are on the disk.
/// One writer a path.
/// </summary>
public static class AtomicFile
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;
    public const UnixFileMode ReadableByAll = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>How the name of a file ends that a crash has left before it was whole.</summary>
    public const string Unfinished = ".new";

    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = OwnerOnly)
    {
        var temporary = path + Unfinished;
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = mode,
        }))
        {
            file.Write(content);
            // Before the rename: else the name may reach the disk without the content.
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        FolderSync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    public static void Write(string path, string content, UnixFileMode mode = OwnerOnly) => Write(path, Encoding.UTF8.GetBytes(content), mode);
}
