using System.Formats.Tar;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>A package's folder as one tar, for its way from one machine to another.</summary>
public static class PackageArchive
{
    /// <summary>Of the whole archive. Packages are texts: what is large they name by an address or a lock.</summary>
    public const int MostBytes = 8 * 1024 * 1024;
    private const int MostFiles = 500;
    private const UnixFileMode FileRights = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <exception cref="InvalidDataException">The folder holds what no package may; the message says what.</exception>
    public static byte[] Pack(string folder)
    {
        using var content = new MemoryStream();
        using (var tar = new TarWriter(content, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                var path = Path.GetRelativePath(folder, file);
                if (!Names.Path().IsMatch(path))
                    throw new InvalidDataException($"{path}: a file of a package can't be called so (allowed: {Names.PathAllowed})");
                if (new FileInfo(file).LinkTarget is not null)
                    throw new InvalidDataException($"{path} is a link: a package holds its files itself");
                using var data = File.OpenRead(file);
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { Mode = FileRights, DataStream = data });
                if (content.Length > MostBytes)
                    throw new InvalidDataException($"{folder} holds more than {MostBytes} bytes");
            }
        }

        return content.ToArray();
    }

    /// <summary>Unpacks into an empty folder, nothing outside it.</summary>
    /// <exception cref="InvalidDataException">The archive is none, or holds what no package may; the message says what.</exception>
    public static void Unpack(ReadOnlyMemory<byte> archive, string folder)
    {
        if (archive.Length > MostBytes)
            throw new InvalidDataException($"the archive has {archive.Length} bytes, more than {MostBytes}");
        using var content = new MemoryStream(archive.ToArray(), writable: false);
        using var tar = new TarReader(content);
        var files = 0;
        try
        {
            while (tar.GetNextEntry() is { } entry)
            {
                var path = (entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name).TrimEnd('/');
                if (entry.EntryType == TarEntryType.Directory)
                    continue; // Those that are needed come with their files.
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                    throw new InvalidDataException($"{Problems.Short(path)} is no plain file: a package holds its files itself");
                if (!Names.Path().IsMatch(path))
                    throw new InvalidDataException($"{Problems.Short(path)}: a file of a package can't be called so (allowed: {Names.PathAllowed})");
                if (++files > MostFiles)
                    throw new InvalidDataException($"the archive holds more than {MostFiles} files");
                Write(entry, Path.Combine(folder, path));
            }
        }
        catch (Exception malformed) when (malformed is EndOfStreamException or FormatException or ArgumentException or IOException)
        {
            throw new InvalidDataException($"this is no tar of a package: {malformed.Message}", malformed);
        }
    }

    private static void Write(TarEntry entry, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = FileRights });
        entry.DataStream?.CopyTo(file);
    }
}
