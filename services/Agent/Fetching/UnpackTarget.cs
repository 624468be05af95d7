using System.Buffers;
using DataPlatform.Services.Agent.Native;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>The folder that an archive's members go into; every member passes here.</summary>
internal sealed class UnpackTarget(string folder, UnpackBounds bounds, UnpackManner manner, CancellationToken cancellation)
{
    public const UnixFileMode PlainMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public const UnixFileMode WriteModes = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private const int BufferSize = 128 * 1024;

    // Without set-user-id and the like, and always readable: the cache serves every user's tasks.
    private const UnixFileMode AllowedModes = (UnixFileMode)0x1FF & ~(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);

    private readonly HashSet<string> links = new(StringComparer.Ordinal);
    private readonly HashSet<string> folders = new(StringComparer.Ordinal);

    /// <summary>The next bytes of a member's content; 0 at its end.</summary>
    public delegate int Content(Span<byte> buffer);

    public void Folder(string name)
    {
        var member = Check(name);
        if (member.Length > 0)
            MakeFolder(name, member);
    }

    public void File(string name, Content content, UnixFileMode mode)
    {
        var path = Place(name);
        using (var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
        }))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            try
            {
                while (content(buffer) is > 0 and var count)
                {
                    cancellation.ThrowIfCancellationRequested();
                    bounds.CountBytes(count);
                    manner.Kept?.Invoke(count);
                    file.Write(buffer, 0, count);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            // Said once more than at creation: the agent's umask does not decide what tasks can read.
            var wanted = (mode & AllowedModes) | PlainMode;
            System.IO.File.SetUnixFileMode(file.SafeFileHandle, manner.Sealed ? wanted & ~WriteModes : wanted);
            if (manner.Sealed)
                System.IO.File.SetLastWriteTimeUtc(file.SafeFileHandle, ArtifactSeal.Time);
        }

        Own(path);
    }

    public void SymbolicLink(string name, string target)
    {
        var path = Place(name);
        var member = ArchivePaths.Normalize(name);
        if (ArchivePaths.LinkProblem(member, target) is { } problem)
            throw bounds.Refuse(name, problem);
        System.IO.File.CreateSymbolicLink(path, target);
        links.Add(member);
        Own(path);
    }

    public void HardLink(string name, string target)
    {
        var path = Place(name);
        if (ArchivePaths.Problem(target) is { } problem)
            throw bounds.Refuse(name, "is a link to a path that " + problem);
        var other = ArchivePaths.Normalize(target);
        if (links.Contains(other) || ArchivePaths.Parents(other).Any(links.Contains) || !System.IO.File.Exists(Path.Combine(folder, other)))
            throw bounds.Refuse(name, "is a hard link to something that is no file of the archive before it");
        if (Libc.link(Path.Combine(folder, other), path) != 0)
            throw new IOException($"Cannot link '{path}'");
    }

    private string Check(string name)
    {
        cancellation.ThrowIfCancellationRequested();
        bounds.CountMember();
        if (ArchivePaths.Problem(name) is { } problem)
            throw bounds.Refuse(name, problem);
        return ArchivePaths.Normalize(name);
    }

    /// <summary>Where a member that is not a folder goes; its folders are there, and nothing is at its place.</summary>
    private string Place(string name)
    {
        var member = Check(name);
        if (member.Length == 0)
            throw bounds.Refuse(name, "has no name");
        if (ArchivePaths.Parents(member).FirstOrDefault() is { } parent)
            MakeFolder(name, parent);
        var path = Path.Combine(folder, member);
        if (links.Contains(member))
            throw bounds.Refuse(name, "is there twice, first as a link");
        if (folders.Contains(member))
            throw bounds.Refuse(name, "is there twice, first as a folder");
        System.IO.File.Delete(path); // A later file of the same name wins, as with tar itself.
        return path;
    }

    private void MakeFolder(string name, string member)
    {
        if (folders.Contains(member))
            return;
        if (links.Contains(member))
            throw bounds.Refuse(name, "goes through a link of the archive");
        if (ArchivePaths.Parents(member).FirstOrDefault() is { } parent)
            MakeFolder(name, parent);
        var path = Path.Combine(folder, member);
        if (System.IO.File.Exists(path))
            throw bounds.Refuse(name, "has a file of the archive above it");
        FetchFolders.Make(path, manner.Owner);
        folders.Add(member);
    }

    private void Own(string path) => FetchFolders.Own(path, manner.Owner);
}
