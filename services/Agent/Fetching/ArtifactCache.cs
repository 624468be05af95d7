using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>
/// Artifacts of this host by their sha256, shared by all agents of one user that use the folder. What a task uses is written down before
/// it is looked up, so that eviction, which reads that under the same lock, never takes it away. Nobody else can look into the cache:
/// a file is reached only through its link in a sandbox, an unpacked folder only by a name that can't be guessed.
/// </summary>
internal sealed class ArtifactCache
{
    private const UnixFileMode OnlyThrough = AtomicFile.OwnerFolder | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private readonly string files;
    private readonly string folders;
    private readonly string index;
    private readonly string incoming;
    private readonly string locks;
    private readonly string users;
    private readonly string guard;
    private readonly long capacity;
    private readonly Action<string> warn;

    /// <param name="warn">Told of what is found spoiled.</param>
    /// <exception cref="IOException">A folder of the cache is another user's.</exception>
    public ArtifactCache(string directory, long capacity, Action<string>? warn = null)
    {
        this.capacity = capacity;
        this.warn = warn ?? (_ => { });
        files = Path.Combine(directory, "sha256");
        folders = Path.Combine(directory, "unpacked");
        index = Path.Combine(directory, "index");
        incoming = Path.Combine(directory, "incoming");
        locks = Path.Combine(directory, "locks");
        users = Path.Combine(directory, "users");
        guard = Path.Combine(directory, "guard");
        Make(directory, OnlyThrough);
        Make(folders, OnlyThrough);
        foreach (var each in (string[])[files, index, incoming, locks, users])
            Make(each, AtomicFile.OwnerFolder);
    }

    /// <summary>Where the plain file is, when it is there.</summary>
    public string FilePath(string digest) => Path.Combine(files, digest[..2], digest);

    /// <summary>The plain file; null when it is not there as it was put there.</summary>
    public string? FindFile(string digest)
    {
        var path = FilePath(digest);
        if (FileStatus.Of(path) is not { } status)
            return null;
        if (ArtifactSeal.Holds(status))
            return path;
        Discard(digest, "its owner, mode or time is not as the cache left it");
        return null;
    }

    /// <summary>The unpacked archive; null when it is not there.</summary>
    public CachedFolder? FindFolder(string digest) =>
        CachedFolder.Read(IndexFile(digest), folders) is { } folder && FileStatus.Of(folder.Path) is { IsFolder: true } status &&
        status.Owner == Libc.geteuid() && (status.Mode & 0x12) == 0
            ? folder
            : null;

    /// <summary>What is not what it was put in as is fetched anew by the next task.</summary>
    public void Discard(string digest, string reason)
    {
        warn($"artifact {digest} of the cache is spoiled and is fetched anew: {reason}");
        File.Delete(FilePath(digest));
        File.Delete(IndexFile(digest)); // Tasks that use the folder keep it until they are over.
    }

    /// <summary>A name of its own for something that is not complete yet, on the cache's file system.</summary>
    public string NewIncoming() => Path.Combine(incoming, $"{Environment.ProcessId}-{Guid.NewGuid():N}");

    /// <summary>
    /// Only one task of this host brings an artifact in from one server; the others find it. A server that is slow on purpose holds up
    /// only those who name it too.
    /// </summary>
    /// <param name="server">Of the artifact's address.</param>
    public Task<FileLock> LockAsync(string digest, string server, CancellationToken cancellation) =>
        FileLock.TakeAsync(
            Path.Combine(locks, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(digest + server)))), exclusive: true, cancellation);

    /// <summary>These artifacts are in use as long as the run's checkpoints exist.</summary>
    public async Task AddUserAsync(string containerId, string runDirectory, IEnumerable<string> digests, CancellationToken cancellation)
    {
        using var shared = await FileLock.TakeAsync(guard, exclusive: false, cancellation);
        AtomicFile.Write(Path.Combine(users, containerId), runDirectory + "\n" + string.Join('\n', digests) + "\n");
    }

    /// <summary>Makes a complete file part of the cache.</summary>
    public string AddFile(string digest, string complete)
    {
        var path = FilePath(digest);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ArtifactSeal.Put(complete);
        using (var written = File.OpenHandle(complete))
            RandomAccess.FlushToDisk(written); // Else a power failure may leave the name, the seal and no content.
        File.Move(complete, path, overwrite: true);
        return path;
    }

    /// <summary>Makes a completely unpacked, sealed folder part of the cache.</summary>
    public CachedFolder AddFolder(string digest, string complete, long bytes, CancellationToken cancellation)
    {
        var name = $"{digest}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";
        var folder = new CachedFolder(Path.Combine(folders, name), bytes, PrivateCopy.DigestOf(complete, cancellation));
        Directory.Move(complete, folder.Path);
        FlushAll();
        var line = NewIncoming();
        folder.Write(line);
        File.Move(line, IndexFile(digest), overwrite: true);
        return folder;
    }

    /// <summary>These were used just now.</summary>
    public void Touch(IEnumerable<string> digests)
    {
        foreach (var digest in digests)
        {
            Touch(FilePath(digest));
            Touch(IndexFile(digest));
        }
    }

    /// <summary>Lets what was used longest ago go until the rest fits; what a task uses stays.</summary>
    /// <returns>The bytes that were let go.</returns>
    public async Task<long> EvictAsync(CancellationToken cancellation)
    {
        using var alone = await FileLock.TakeAsync(guard, exclusive: true, cancellation);
        RemoveForgotten();
        var entries = Entries();
        var excess = entries.Sum(each => each.Bytes) - capacity;
        if (excess <= 0)
            return 0;
        var used = InUse();
        long freed = 0;
        foreach (var entry in entries.Where(each => !used.Contains(each.Digest)).OrderBy(each => each.LastUse).ThenBy(each => each.Digest, StringComparer.Ordinal))
        {
            if (freed >= excess)
                break;
            Remove(entry);
            freed += entry.Bytes;
        }

        return freed;
    }

    /// <summary>Transfers that an agent that is no more has left unfinished.</summary>
    public void RemoveAbandoned()
    {
        foreach (var path in Directory.GetFileSystemEntries(incoming))
        {
            var owner = Path.GetFileName(path).Split('-')[0];
            if (!int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || ProcessStat.Of(pid) is not null)
                continue;
            if (Directory.Exists(path))
                Directory.Delete(path, recursive: true);
            else
                File.Delete(path);
        }
    }

    private List<Entry> Entries()
    {
        var entries = new List<Entry>();
        foreach (var file in Directory.EnumerateFiles(files, "*", SearchOption.AllDirectories))
        {
            var info = new FileInfo(file);
            entries.Add(new Entry(info.Name, info.Length, info.LastAccessTimeUtc, Folder: null));
        }

        foreach (var file in Directory.EnumerateFiles(index))
        {
            if (CachedFolder.Read(file, folders) is { } folder)
                entries.Add(new Entry(Path.GetFileName(file), folder.Bytes, File.GetLastAccessTimeUtc(file), folder));
        }

        return entries;
    }

    /// <summary>Unpacked folders that no task is given any more go when the last one that has them is over.</summary>
    private void RemoveForgotten()
    {
        var known = Directory.EnumerateFiles(index).Select(file => CachedFolder.Read(file, folders)?.Path).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var forgotten = Directory.EnumerateDirectories(folders).Where(folder => !known.Contains(folder)).ToList();
        if (forgotten.Count == 0)
            return;
        var used = InUse();
        foreach (var folder in forgotten.Where(folder => !used.Contains(Path.GetFileName(folder).Split('-')[0])))
            RemoveFolder(folder);
    }

    private HashSet<string> InUse()
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var user in Directory.EnumerateFiles(users))
        {
            var lines = File.ReadAllLines(user, Encoding.UTF8);
            if (lines.Length > 0 && Directory.Exists(lines[0]))
                used.UnionWith(lines.Skip(1));
            else
                File.Delete(user);
        }

        return used;
    }

    private void Remove(Entry entry)
    {
        if (entry.Folder is null)
        {
            File.Delete(FilePath(entry.Digest));
            return;
        }

        File.Delete(IndexFile(entry.Digest));
        RemoveFolder(entry.Folder.Path);
    }

    private void RemoveFolder(string path)
    {
        // Away under its name at once; removing all of it takes a while.
        var doomed = NewIncoming();
        Directory.Move(path, doomed);
        Directory.Delete(doomed, recursive: true);
    }

    /// <summary>One call for an archive's thousands of files.</summary>
    private void FlushAll()
    {
        using var any = File.OpenHandle(guard, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (Libc.syncfs(any) != 0)
            throw new IOException($"Cannot flush the file system of {folders}");
    }

    private string IndexFile(string digest) => Path.Combine(index, digest);

    private static void Make(string path, UnixFileMode mode)
    {
        Directory.CreateDirectory(path);
        if (FileStatus.Of(path) is { } status && status.Owner != Libc.geteuid())
            throw new IOException($"The cache's folder {path} belongs to user {status.Owner}; agents of different users need caches of their own (--fetcher-cache-dir)");
        File.SetUnixFileMode(path, mode);
    }

    private static void Touch(string path)
    {
        try
        {
            if (File.Exists(path))
                File.SetLastAccessTimeUtc(path, DateTime.UtcNow); // The time of writing is part of the seal.
        }
        catch (IOException)
        {
            // Let go meanwhile, or somebody else's: only the order of eviction suffers.
        }
        catch (UnauthorizedAccessException)
        {
        }
    }

    private readonly record struct Entry(string Digest, long Bytes, DateTime LastUse, CachedFolder? Folder);
}
