using System.Formats.Tar;
using System.IO.Compression;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>
/// Unpacks tar, gzipped tar and zip into a new folder. Members that would leave the folder, devices and what goes beyond the size
/// bound are refused and named; then nothing of the archive is left.
/// </summary>
internal sealed class ArchiveUnpacker(long maximumBytes)
{
    private const int MostMembers = 1_000_000;
    private const int BufferSize = 128 * 1024;

    /// <summary>Whether the file begins as an archive that can be unpacked.</summary>
    public static bool IsArchive(string file) => KindOf(file) is not ArchiveKind.None;

    /// <param name="folder">Must not exist yet.</param>
    /// <returns>The size of all files together, in bytes.</returns>
    /// <exception cref="FetchException">The archive is refused.</exception>
    public long Unpack(string file, string display, string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            var target = new UnpackTarget(folder, display, maximumBytes, MostMembers);
            switch (KindOf(file))
            {
                case ArchiveKind.Zip:
                    UnpackZip(file, target);
                    break;
                case ArchiveKind.Gzip:
                    using (var compressed = OpenRead(file))
                    using (var plain = new GZipStream(compressed, CompressionMode.Decompress))
                        UnpackTar(plain, target);
                    break;
                case ArchiveKind.Tar:
                    using (var plain = OpenRead(file))
                        UnpackTar(plain, target);
                    break;
                case ArchiveKind.None:
                    throw new FetchException($"{display} is not a tar, gzipped tar or zip archive");
                default:
                    throw new InvalidOperationException("Unhandled kind of archive");
            }

            return target.Bytes;
        }
        catch (Exception problem)
        {
            Directory.Delete(folder, recursive: true);
            if (problem is InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
                throw new FetchException($"{display} is damaged: {problem.Message}");
            throw;
        }
    }

    private static FileStream OpenRead(string file) => new(file, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);

    private static ArchiveKind KindOf(string file)
    {
        const int magicOffset = 257;
        Span<byte> start = stackalloc byte[512];
        using var stream = OpenRead(file);
        var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (length >= 2 && start[0] == 0x1f && start[1] == 0x8b)
            return ArchiveKind.Gzip;
        if (length >= 4 && (start[..4].SequenceEqual("PK\u0003\u0004"u8) || start[..4].SequenceEqual("PK\u0005\u0006"u8)))
            return ArchiveKind.Zip;
        return length == 512 && start.Slice(magicOffset, 5).SequenceEqual("ustar"u8) ? ArchiveKind.Tar : ArchiveKind.None;
    }

    private static void UnpackTar(Stream stream, UnpackTarget target)
    {
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    target.Folder(entry.Name);
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    target.File(entry.Name, entry.DataStream ?? Stream.Null, entry.Mode);
                    break;
                case TarEntryType.SymbolicLink:
                    target.SymbolicLink(entry.Name, entry.LinkName);
                    break;
                case TarEntryType.HardLink:
                    target.HardLink(entry.Name, entry.LinkName);
                    break;
                case TarEntryType.GlobalExtendedAttributes:
                    break;
                default:
                    throw target.Refuse(entry.Name, $"is a {entry.EntryType}; only files, folders and links are unpacked");
            }
        }
    }

    private static void UnpackZip(string file, UnpackTarget target)
    {
        const int link = 0xA000;
        using var archive = ZipFile.OpenRead(file);
        foreach (var entry in archive.Entries)
        {
            var mode = entry.ExternalAttributes >> 16;
            if (entry.FullName.EndsWith('/'))
            {
                target.Folder(entry.FullName);
            }
            else if ((mode & 0xF000) == link)
            {
                using var reader = new StreamReader(entry.Open());
                var buffer = new char[4096];
                target.SymbolicLink(entry.FullName, new string(buffer, 0, reader.ReadBlock(buffer)));
            }
            else
            {
                using var data = entry.Open();
                target.File(entry.FullName, data, (UnixFileMode)(mode & 0x1FF) is var given && given != 0 ? given : UnpackTarget.PlainMode);
            }
        }
    }

    private enum ArchiveKind
    {
        None,
        Tar,
        Gzip,
        Zip,
    }
}
