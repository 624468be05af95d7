using System.IO.Compression;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>
/// Unpacks tar, gzipped tar and zip into a new folder. Members that would leave the folder, devices and what goes beyond a bound are
/// refused and named; then nothing of the archive is left.
/// </summary>
internal sealed class ArchiveUnpacker(long maximumBytes, int mostMembers = 250_000)
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Whether the file begins as an archive that can be unpacked.</summary>
    public static bool IsArchive(string file) => KindOf(file) is not ArchiveKind.None;

    /// <param name="folder">Must not exist yet, in a folder that only this process writes.</param>
    /// <returns>The size of all files together, in bytes.</returns>
    /// <exception cref="FetchException">The archive is refused.</exception>
    public long Unpack(string file, string display, string folder, UnpackManner manner, CancellationToken cancellation)
    {
        FetchFolders.Make(folder, manner.Owner);
        try
        {
            var bounds = new UnpackBounds(display, maximumBytes, mostMembers, new FileInfo(file).Length);
            var target = new UnpackTarget(folder, bounds, manner, cancellation);
            switch (KindOf(file))
            {
                case ArchiveKind.Zip:
                    UnpackZip(file, target, bounds);
                    break;
                case ArchiveKind.Gzip:
                    using (var compressed = OpenRead(file))
                    using (var plain = new GZipStream(compressed, CompressionMode.Decompress))
                        UnpackTar(plain, target, bounds);
                    break;
                case ArchiveKind.Tar:
                    using (var plain = OpenRead(file))
                        UnpackTar(plain, target, bounds);
                    break;
                case ArchiveKind.None:
                    throw new FetchException($"{display} is not a tar, gzipped tar or zip archive");
                default:
                    throw new InvalidOperationException("Unhandled kind of archive");
            }

            return bounds.Bytes;
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

    private static void UnpackTar(Stream stream, UnpackTarget target, UnpackBounds bounds)
    {
        var reading = new TarReading(stream, bounds);
        while (reading.Next() is { } member)
        {
            switch (member.Type)
            {
                case TarMember.Folder:
                    target.Folder(member.Name);
                    break;
                case TarMember.File:
                    target.File(member.Name, reading.Read, member.Mode);
                    break;
                case TarMember.SymbolicLink:
                    target.SymbolicLink(member.Name, member.LinkName);
                    break;
                case TarMember.HardLink:
                    target.HardLink(member.Name, member.LinkName);
                    break;
                default:
                    throw bounds.Refuse(member.Name, $"is a {member.Kind}; only files, folders and links are unpacked");
            }
        }
    }

    private static void UnpackZip(string file, UnpackTarget target, UnpackBounds bounds)
    {
        const int link = 0xA000;
        using var stream = OpenRead(file);
        ZipDirectory.Check(stream, bounds);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
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
                target.File(entry.FullName, data.Read, (UnixFileMode)(mode & 0x1FF) is var given && given != 0 ? given : UnpackTarget.PlainMode);
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
