using System.Formats.Tar;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>Tars whose bytes depend on names and contents only: sorted, one time stamp, no owner.</summary>
internal static class DeterministicTar
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // Some tools take times before 1980 for a fault.
    private static readonly DateTimeOffset Stamp = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <param name="members">Names in the archive and the files that they hold.</param>
    public static async Task WriteAsync(string archive, IEnumerable<(string Name, string Path)> members, CancellationToken cancellation)
    {
        await using var stream = new FileStream(archive, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 1 << 20 });
        await using var writer = new TarWriter(stream, TarEntryFormat.Gnu);
        foreach (var (name, path) in members.OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            await using var content = new FileStream(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
            var runs = (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0;
            var entry = new GnuTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = content,
                ModificationTime = Stamp,
                AccessTime = default,
                ChangeTime = default,
                Mode = runs ? Plain | Executable : Plain,
            };
            await writer.WriteEntryAsync(entry, cancellation);
        }
    }

    /// <summary>All files below a folder, under a prefix; links are left out, for what they point at is elsewhere.</summary>
    public static IEnumerable<(string Name, string Path)> Below(string folder, string prefix) => Directory.Exists(folder)
        ? new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Select(file => ($"{prefix}/{Path.GetRelativePath(folder, file.FullName)}", file.FullName))
        : [];
}
