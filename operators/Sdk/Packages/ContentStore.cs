using System.Collections.Concurrent;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>
/// Content by its sha256: <c>FOLDER/sha256/ab/abcd...</c>. An item comes in under a temporary name and is renamed once its bytes are known
/// to be right, so readers and other writers, in this process or another, see all of it or nothing; a crash leaves only a temporary file.
/// </summary>
public sealed class ContentStore
{
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);
    private readonly ConcurrentDictionary<Digest, long> verified = new();

    public ContentStore(string folder, TimeProvider? time = null)
    {
        Folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(Path.Combine(Folder, "sha256"));
        Scratch = Path.Combine(Folder, "scratch", Guid.NewGuid().ToString("n"));
        RemoveLeftovers((time ?? TimeProvider.System).GetUtcNow() - LeftoverAge);
    }

    public string Folder { get; }

    /// <summary>For this writer's work in progress, on the same file system as the content.</summary>
    public string Scratch { get; }

    public string PathOf(Digest digest)
    {
        var text = digest.ToString();
        return Path.Combine(Folder, "sha256", text[..2], text);
    }

    /// <summary>
    /// The item's size in bytes, or null when it is not there. The first question about an item reads it whole: what was damaged on disk
    /// counts as absent and is removed, so that it is fetched again.
    /// </summary>
    public async Task<long?> FindAsync(Digest digest, CancellationToken cancellation)
    {
        var file = new FileInfo(PathOf(digest));
        if (!file.Exists)
        {
            verified.TryRemove(digest, out _);
            return null;
        }

        if (verified.TryGetValue(digest, out var known) && known == file.Length)
            return known;
        if (await Digest.OfFileAsync(file.FullName, cancellation) != digest)
        {
            file.Delete();
            return null;
        }

        verified[digest] = file.Length;
        return file.Length;
    }

    public async Task<Digest> PutAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var digest = Digest.Of(content.Span);
        if (await FindAsync(digest, cancellation) is null)
        {
            var partial = NewScratchPath();
            await File.WriteAllBytesAsync(partial, content, cancellation);
            Publish(partial, digest, content.Length);
        }

        return digest;
    }

    /// <summary>Takes in a file of somebody else's, by hard link where possible. Returns what its digest is when it is not the expected one.</summary>
    public async Task<Digest?> AdoptAsync(string path, Digest expected, CancellationToken cancellation)
    {
        var partial = NewScratchPath();
        if (!HardLink.TryCreate(path, partial))
            File.Copy(path, partial);
        var found = await Digest.OfFileAsync(partial, cancellation);
        if (found != expected)
        {
            File.Delete(partial);
            return found;
        }

        Publish(partial, expected, new FileInfo(partial).Length);
        return null;
    }

    /// <summary>Takes over a file that was made under <see cref="Scratch"/>.</summary>
    public async Task<Digest> MoveInAsync(string scratchPath, CancellationToken cancellation)
    {
        var digest = await Digest.OfFileAsync(scratchPath, cancellation);
        Publish(scratchPath, digest, new FileInfo(scratchPath).Length);
        return digest;
    }

    public string NewScratchPath()
    {
        Directory.CreateDirectory(Scratch);
        return Path.Combine(Scratch, Guid.NewGuid().ToString("n"));
    }

    private void Publish(string partial, Digest digest, long bytes)
    {
        using (var handle = File.OpenHandle(partial, FileMode.Open, FileAccess.Read))
            RandomAccess.FlushToDisk(handle);
        var target = PathOf(digest);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Move(partial, target, overwrite: true);
        // A rename between two names of one file does nothing and leaves both.
        if (File.Exists(partial))
            File.Delete(partial);
        verified[digest] = bytes;
    }

    /// <summary>Removes what writers that crashed left; a folder in use changes whenever its writer begins something.</summary>
    private void RemoveLeftovers(DateTimeOffset before)
    {
        var writers = new DirectoryInfo(Path.GetDirectoryName(Scratch)!);
        writers.Create();
        foreach (var writer in writers.GetDirectories().Where(writer => writer.LastWriteTimeUtc < before.UtcDateTime))
        {
            try
            {
                writer.Delete(recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // Another process removed it at the same time.
            }
        }
    }
}
