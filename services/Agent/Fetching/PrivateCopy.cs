using System.Security.Cryptography;
using System.Text;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>
/// Copies out of the cache for tasks that could write the cache's own files; what is copied is read anyway, and so it is verified again
/// on the way.
/// </summary>
internal static class PrivateCopy
{
    private const int BufferSize = 256 * 1024;

    /// <returns>The sha256 of what was copied, in lower-case hexadecimal.</returns>
    public static string OfFile(string source, string target, UnixFileMode mode, HostUser? owner, CancellationToken cancellation)
    {
        var digest = Convert.ToHexStringLower(Copy(source, target, mode, cancellation));
        FetchFolders.Own(target, owner);
        return digest;
    }

    /// <summary>Says what a folder of the cache holds: names, modes, links and contents, in the order of names.</summary>
    /// <exception cref="InvalidDataException">Something in it is not as the cache made it.</exception>
    public static string DigestOf(string folder, CancellationToken cancellation) => OfFolder(folder, null, null, cancellation);

    /// <param name="target">Must not exist; null: nothing is copied.</param>
    /// <returns>What <see cref="DigestOf"/> says of the source.</returns>
    /// <exception cref="InvalidDataException">Something in it is not as the cache made it.</exception>
    public static string OfFolder(string source, string? target, HostUser? owner, CancellationToken cancellation)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Walk(source, "", target, owner, all, cancellation);
        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    private static void Walk(string source, string inside, string? target, HostUser? owner, IncrementalHash all, CancellationToken cancellation)
    {
        if (target is not null)
            FetchFolders.Make(target, owner);
        foreach (var path in Directory.EnumerateFileSystemEntries(source).Order(StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            var name = Path.GetFileName(path);
            var member = inside.Length == 0 ? name : inside + "/" + name;
            var copy = target is null ? null : Path.Combine(target, name);
            var status = FileStatus.Of(path) ?? throw new InvalidDataException($"'{member}' is gone");
            if (status.IsFolder)
            {
                Say(all, "d", member, "");
                Walk(path, member, copy, owner, all, cancellation);
            }
            else if (status.IsLink)
            {
                var points = new FileInfo(path).LinkTarget ?? "";
                Say(all, "l", member, points);
                if (copy is not null)
                {
                    File.CreateSymbolicLink(copy, points);
                    FetchFolders.Own(copy, owner);
                }
            }
            else if (ArtifactSeal.Holds(status))
            {
                var mode = (UnixFileMode)(status.Mode & 0x1FF);
                Say(all, mode.ToString(), member, Convert.ToHexStringLower(Copy(path, copy, mode | UnixFileMode.UserWrite, cancellation)));
                if (copy is not null)
                    FetchFolders.Own(copy, owner);
            }
            else
            {
                throw new InvalidDataException($"'{member}' has been changed");
            }
        }
    }

    private static void Say(IncrementalHash all, string kind, string member, string content) =>
        all.AppendData(Encoding.UTF8.GetBytes($"{kind}\0{member}\0{content}\0"));

    private static byte[] Copy(string source, string? target, UnixFileMode mode, CancellationToken cancellation)
    {
        using var from = File.OpenHandle(source, options: FileOptions.SequentialScan);
        using var to = target is null ? null : File.OpenHandle(target, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        var cloned = to is not null && Clone(from, to);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long at = 0; RandomAccess.Read(from, buffer, at) is > 0 and var count; at += count)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, count);
                if (to is not null && !cloned)
                    RandomAccess.Write(to, buffer.AsSpan(0, count), at);
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }

        if (to is not null)
        {
            File.SetUnixFileMode(to, mode);
            File.SetLastWriteTimeUtc(to, ArtifactSeal.Time);
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Where the file system can (btrfs, xfs), the copy shares the blocks until somebody writes.</summary>
    private static bool Clone(SafeFileHandle from, SafeFileHandle to)
    {
        const nuint clone = 0x40049409;
        return Libc.ioctl(to, clone, from.DangerousGetHandle()) == 0;
    }
}
