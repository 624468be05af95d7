using System.Buffers;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>The folder that an archive's members go into; every member passes here.</summary>
internal sealed class UnpackTarget(string folder, string archive, long maximumBytes, int mostMembers)
{
    public const UnixFileMode PlainMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const int BufferSize = 128 * 1024;

    // Without set-user-id and the like, and always readable: the cache serves every user's tasks.
    private const UnixFileMode AllowedModes = (UnixFileMode)0x1FF & ~(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);

    private readonly HashSet<string> links = new(StringComparer.Ordinal);
    private readonly HashSet<string> folders = new(StringComparer.Ordinal);
    private int members;

    public long Bytes { get; private set; }

    public FetchException Refuse(string member, string reason) =>
        new($"{archive} is refused: its member '{(member.Length > 200 ? member[..200] + "..." : member)}' {reason}");

    public void Folder(string name)
    {
        var member = Check(name);
        if (member.Length > 0)
            MakeFolder(name, member);
    }

    public void File(string name, Stream data, UnixFileMode mode)
    {
        var path = Place(name);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = (mode & AllowedModes) | PlainMode,
        });
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (data.Read(buffer) is > 0 and var count)
            {
                Bytes += count;
                if (Bytes > maximumBytes)
                    throw new FetchException($"{archive} is refused: unpacked it is larger than the {maximumBytes} bytes allowed (--max-archive-size)");
                file.Write(buffer, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void SymbolicLink(string name, string target)
    {
        var path = Place(name);
        var member = ArchivePaths.Normalize(name);
        if (ArchivePaths.LinkProblem(member, target) is { } problem)
            throw Refuse(name, problem);
        System.IO.File.CreateSymbolicLink(path, target);
        links.Add(member);
    }

    public void HardLink(string name, string target)
    {
        var path = Place(name);
        if (ArchivePaths.Problem(target) is { } problem)
            throw Refuse(name, "is a link to a path that " + problem);
        var other = ArchivePaths.Normalize(target);
        if (links.Contains(other) || ArchivePaths.Parents(other).Any(links.Contains) || !System.IO.File.Exists(Path.Combine(folder, other)))
            throw Refuse(name, "is a hard link to something that is no file of the archive before it");
        if (Libc.link(Path.Combine(folder, other), path) != 0)
            throw new IOException($"Cannot link '{path}'");
    }

    private string Check(string name)
    {
        if (++members > mostMembers)
            throw new FetchException($"{archive} is refused: it has more than {mostMembers} members");
        if (ArchivePaths.Problem(name) is { } problem)
            throw Refuse(name, problem);
        return ArchivePaths.Normalize(name);
    }

    /// <summary>Where a member that is not a folder goes; its folders are there, and nothing is at its place.</summary>
    private string Place(string name)
    {
        var member = Check(name);
        if (member.Length == 0)
            throw Refuse(name, "has no name");
        if (ArchivePaths.Parents(member).FirstOrDefault() is { } parent)
            MakeFolder(name, parent);
        var path = Path.Combine(folder, member);
        if (links.Contains(member))
            throw Refuse(name, "is there twice, first as a link");
        if (folders.Contains(member))
            throw Refuse(name, "is there twice, first as a folder");
        System.IO.File.Delete(path); // A later file of the same name wins, as with tar itself.
        return path;
    }

    private void MakeFolder(string name, string member)
    {
        if (folders.Contains(member))
            return;
        if (links.Contains(member) || ArchivePaths.Parents(member).Any(links.Contains))
            throw Refuse(name, "goes through a link of the archive");
        var path = Path.Combine(folder, member);
        if (System.IO.File.Exists(path))
            throw Refuse(name, "has a file of the archive above it");
        Directory.CreateDirectory(path);
        folders.Add(member);
        folders.UnionWith(ArchivePaths.Parents(member));
    }
}
