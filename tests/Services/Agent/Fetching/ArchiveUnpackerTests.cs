using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using DataPlatform.Services.Agent.Fetching;

namespace DataPlatform.Services.Tests.Agent.Fetching;

public sealed class ArchiveUnpackerTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("dp-unpack-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Unpacks_files_folders_and_links_with_their_modes()
    {
        var folder = Unpack(Tar(
            File("bin/run", "#!/bin/sh", UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.SetUser),
            File("lib/data", "data"),
            Link("current", "lib"),
            Link("bin/data", "../lib/data"),
            HardLink("same", "lib/data")));

        System.IO.File.ReadAllText(Path.Combine(folder, "bin/data")).ShouldBe("data");
        System.IO.File.ReadAllText(Path.Combine(folder, "current/data")).ShouldBe("data");
        System.IO.File.ReadAllText(Path.Combine(folder, "same")).ShouldBe("data");
        var mode = System.IO.File.GetUnixFileMode(Path.Combine(folder, "bin/run"));
        mode.HasFlag(UnixFileMode.UserExecute).ShouldBeTrue();
        mode.HasFlag(UnixFileMode.SetUser).ShouldBeFalse();
    }

    [Fact]
    public void Unpacks_zip()
    {
        var folder = Unpack(Zip(("a/b.txt", "b"), ("c.txt", "c")));

        System.IO.File.ReadAllText(Path.Combine(folder, "a/b.txt")).ShouldBe("b");
    }

    public static TheoryData<string, TarEntry[]> Evil => new()
    {
        { "'../up' leaves the folder by '..'", [File("../up", "x")] },
        { "'a/../../up' leaves the folder by '..'", [File("a/../../up", "x")] },
        { "'/etc/dp-evil' is absolute", [File("/etc/dp-evil", "x")] },
        { "'out' points to an absolute", [Link("out", "/etc")] },
        { "'out' leaves the archive's folder", [Link("out", "../..")] },
        { "'a/out' points to a path with '..' in its middle", [Link("a/out", "b/../../..")] },
        { "'door/file' goes through a link", [Link("door", "."), File("door/file", "x")] },
        { "'door/deep/file' goes through a link", [Link("door", "."), File("door/deep/file", "x")] },
        { "'door' is there twice", [Link("door", "inside"), File("door", "x")] },
        { "'same' is a link to a path that leaves", [HardLink("same", "../../etc/passwd")] },
        { "'same' is a hard link to something that is no file", [HardLink("same", "absent")] },
        { "'pipe' is a Fifo", [new PaxTarEntry(TarEntryType.Fifo, "pipe")] },
        { "'disk' is a BlockDevice", [new PaxTarEntry(TarEntryType.BlockDevice, "disk")] },
        { "holds a control character", [new UstarTarEntry(TarEntryType.RegularFile, "two\nlines")] },
    };

    [Theory, MemberData(nameof(Evil), DisableDiscoveryEnumeration = true)]
    public void Refuses_and_names_a_member_that_is_not_safe_and_leaves_nothing(string reason, TarEntry[] entries)
    {
        var problem = Should.Throw<FetchException>(() => Unpack(Tar([File("fine", "fine"), .. entries])));

        problem.Message.ShouldContain("archive-under-test is refused");
        problem.Message.ShouldContain(reason);
        Directory.Exists(Path.Combine(root, "unpacked")).ShouldBeFalse();
        Directory.GetFileSystemEntries(root).Length.ShouldBe(1, "only the archive itself is there");
    }

    [Fact]
    public void Refuses_a_zip_whose_member_leaves_the_folder() =>
        Should.Throw<FetchException>(() => Unpack(Zip(("../up", "x")))).Message.ShouldContain("leaves the folder");

    [Fact]
    public void Refuses_what_grows_beyond_the_bound()
    {
        var bomb = Zip(("zeros", new string('0', 2_000_000)));
        bomb.Length.ShouldBeLessThan(100_000);

        Should.Throw<FetchException>(() => Unpack(bomb)).Message.ShouldContain("1000000 bytes allowed");
        Directory.Exists(Path.Combine(root, "unpacked")).ShouldBeFalse();
    }

    [Fact]
    public void Refuses_a_name_that_is_larger_than_any_need_before_it_takes_memory()
    {
        var gnu = Header("././@LongLink", 'L', 64 << 20);
        var pax = Header("attributes", 'x', 64 << 20);
        using var content = new MemoryStream();
        using (var gzip = new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(gnu);
            gzip.Write(new byte[64 << 20]);
        }

        var before = GC.GetTotalAllocatedBytes();
        Should.Throw<FetchException>(() => Unpack(content.ToArray())).Message.ShouldContain("a name of 67108864 bytes, at most 65536 are allowed");
        Should.Throw<FetchException>(() => Unpack(pax)).Message.ShouldContain("a set of attributes of 67108864 bytes, at most 65536 are allowed");
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(16 << 20);
    }

    [Fact]
    public void Refuses_too_many_members_in_tar_and_zip()
    {
        Should.Throw<FetchException>(() => Unpack(Tar([.. Enumerable.Range(0, 1001).Select(number => File($"f{number}", ""))])))
            .Message.ShouldContain("more than 1000 members");
        Should.Throw<FetchException>(() => Unpack(Zip([.. Enumerable.Range(0, 1001).Select(number => ($"f{number}", ""))])))
            .Message.ShouldContain("more than 1000 members");
        Should.Throw<FetchException>(() => Unpack(Zip([.. Enumerable.Range(0, 20_000).Select(number => ($"f{number}", ""))])))
            .Message.ShouldContain("at most 512000 are allowed, for 1000 members");
    }

    [Fact]
    public void Refuses_headers_without_end_that_only_describe()
    {
        using var content = new MemoryStream();
        for (var number = 0; number < 4001; number++)
            content.Write(Header("attributes", 'x', 0));

        Should.Throw<FetchException>(() => Unpack(content.ToArray())).Message.ShouldContain("more than 1000 members");
    }

    [Fact]
    public void Refuses_a_path_deeper_than_any_need() =>
        Should.Throw<FetchException>(() => Unpack(Tar(File(string.Concat(Enumerable.Repeat("d/", 120)) + "f", "x")))).Message.ShouldContain("deeper than 100 folders");

    [Fact]
    public void Refuses_what_is_small_only_because_it_says_nothing()
    {
        var archive = Path.Combine(root, "archive");
        using (var gzip = new GZipStream(System.IO.File.Create(archive), CompressionLevel.Optimal))
        {
            gzip.Write(Header("zeros", '0', 128 << 20));
            gzip.Write(new byte[128 << 20]);
        }

        Should.Throw<FetchException>(() => new ArchiveUnpacker(1L << 30).Unpack(
            archive, "archive-under-test", Path.Combine(root, "unpacked"), new UnpackManner(Sealed: false, null, null), CancellationToken.None))
            .Message.ShouldContain("more than 200 times as large");
    }

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Unpacks_every_format_of_tar_with_long_names(TarEntryFormat format)
    {
        var name = format == TarEntryFormat.V7 ? "folder/\u00e9" : string.Concat(Enumerable.Repeat("folder/", format == TarEntryFormat.Ustar ? 20 : 60)) + "\u00e9";
        using var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, format, leaveOpen: true))
        {
            var source = Path.Combine(root, "source");
            System.IO.File.WriteAllText(source, "content");
            writer.WriteEntry(source, name);
        }

        var folder = Unpack(Gzip(bytes.ToArray()));

        System.IO.File.ReadAllText(Path.Combine(folder, name)).ShouldBe("content");
    }

    [Fact]
    public async Task Stops_when_it_is_cancelled()
    {
        var archive = Path.Combine(root, "archive");
        await System.IO.File.WriteAllBytesAsync(archive, Tar(File("a", "a"), File("b", "b")));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        Should.Throw<OperationCanceledException>(() => new ArchiveUnpacker(1000).Unpack(
            archive, "archive-under-test", Path.Combine(root, "unpacked"), new UnpackManner(Sealed: false, null, null), cancelled.Token));

        Directory.Exists(Path.Combine(root, "unpacked")).ShouldBeFalse();
    }

    [Fact]
    public void Refuses_what_is_cut_short_or_no_archive_at_all()
    {
        var whole = Gzip(Tar(File("a", new string('a', 50_000))));

        Should.Throw<FetchException>(() => Unpack(whole[..(whole.Length / 2)])).Message.ShouldContain("damaged");
        Should.Throw<FetchException>(() => Unpack(Encoding.UTF8.GetBytes("just text"))).Message.ShouldContain("not a tar");
    }

    private string Unpack(byte[] archive)
    {
        var file = Path.Combine(root, "archive");
        System.IO.File.WriteAllBytes(file, archive);
        var folder = Path.Combine(root, "unpacked");
        new ArchiveUnpacker(1_000_000, mostMembers: 1000).Unpack(file, "archive-under-test", folder, new UnpackManner(Sealed: false, Owner: null, Kept: null), CancellationToken.None);
        return folder;
    }

    /// <summary>A header whose size need not be true.</summary>
    private static byte[] Header(string name, char type, long size)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name, header);
        Encoding.ASCII.GetBytes("0000644", header.AsSpan(100));
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0'), header.AsSpan(124));
        header[156] = (byte)type;
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(each => each), 8).PadLeft(6, '0') + "\0", header.AsSpan(148));
        return header;
    }

    private static PaxTarEntry File(string name, string content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)), Mode = mode };

    private static PaxTarEntry Link(string name, string target) => new(TarEntryType.SymbolicLink, name) { LinkName = target };

    private static PaxTarEntry HardLink(string name, string target) => new(TarEntryType.HardLink, name) { LinkName = target };

    private static byte[] Tar(params TarEntry[] entries)
    {
        using var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                if (entry.DataStream is { } data)
                    data.Position = 0;
                writer.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.NoCompression, leaveOpen: true))
            gzip.Write(content);
        return bytes.ToArray();
    }

    private static byte[] Zip(params (string Name, string Content)[] members)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                writer.Write(content);
            }
        }

        return bytes.ToArray();
    }
}
