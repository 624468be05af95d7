using System.Globalization;
using System.Text;
using DataPlatform.Services.Agent.Checkpoints;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>
/// Artifacts of this host by their sha256, shared by all agents that use the folder. What a task uses is written down before it is
/// looked up, so that eviction, which reads that under the same lock, never takes it away.
/// </summary>
internal sealed class ArtifactCache
{
    private readonly string files;
    private readonly string folders;
    private readonly string incoming;
    private readonly string locks;
    private readonly string users;
    private readonly string guard;
    private readonly long capacity;

    public ArtifactCache(string directory, long capacity)
    {
        this.capacity = capacity;
        files = Path.Combine(directory, "sha256");
        folders = Path.Combine(directory, "unpacked");
        incoming = Path.Combine(directory, "incoming");
        locks = Path.Combine(directory, "locks");
        users = Path.Combine(directory, "users");
        guard = Path.Combine(directory, "guard");
        foreach (var each in (string[])[files, folders, incoming, locks, users])
            Directory.CreateDirectory(each);
    }

    /// <summary>Where the plain file is, when it is there.</summary>
    public string FilePath(string digest) => Path.Combine(files, digest[..2], digest);

    /// <summary>Where the unpacked archive is, when it is there.</summary>
    public string FolderPath(string digest) => Path.Combine(folders, digest);

    /// <summary>A name of its own for something that is not complete yet, on the cache's file system.</summary>
    public string NewIncoming() => Path.Combine(incoming, $"{Environment.ProcessId}-{Guid.NewGuid():N}");

    /// <summary>Only one task of this host brings an artifact in; the others find it.</summary>
    public Task<FileLock> LockAsync(string digest, CancellationToken cancellation) =>
        FileLock.TakeAsync(Path.Combine(locks, digest), exclusive: true, cancellation);

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
        File.SetUnixFileMode(complete, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.Move(complete, path, overwrite: true);
        return path;
    }

    /// <summary>Makes a completely unpacked folder part of the cache.</summary>
    public string AddFolder(string digest, string complete, long bytes)
    {
        var path = FolderPath(digest);
        File.WriteAllText(SizeFile(digest), bytes.ToString(CultureInfo.InvariantCulture));
        Directory.Move(complete, path);
        return path;
    }

    /// <summary>These were used just now.</summary>
    public void Touch(IEnumerable<string> digests)
    {
        foreach (var digest in digests)
        {
            Touch(FilePath(digest));
            Touch(SizeFile(digest));
        }
    }

    /// <summary>Lets what was used longest ago go until the rest fits; what a task uses stays.</summary>
    /// <returns>The bytes that were let go.</returns>
    public async Task<long> EvictAsync(CancellationToken cancellation)
    {
        using var alone = await FileLock.TakeAsync(guard, exclusive: true, cancellation);
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
            entries.Add(new Entry(info.Name, file, info.Length, info.LastWriteTimeUtc, IsFolder: false));
        }

        foreach (var folder in Directory.EnumerateDirectories(folders))
        {
            var digest = Path.GetFileName(folder);
            var size = new FileInfo(SizeFile(digest));
            var bytes = size.Exists && long.TryParse(File.ReadAllText(size.FullName), CultureInfo.InvariantCulture, out var known) ? known : 0;
            entries.Add(new Entry(digest, folder, bytes, size.Exists ? size.LastWriteTimeUtc : DateTime.MinValue, IsFolder: true));
        }

        return entries;
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
        if (!entry.IsFolder)
        {
            File.Delete(entry.Path);
            return;
        }

        // Away under its name at once; removing all of it takes a while.
        var doomed = NewIncoming();
        Directory.Move(entry.Path, doomed);
        File.Delete(SizeFile(entry.Digest));
        Directory.Delete(doomed, recursive: true);
    }

    private string SizeFile(string digest) => Path.Combine(folders, digest + ".size");

    private static void Touch(string path)
    {
        try
        {
            if (File.Exists(path))
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (IOException)
        {
            // Let go meanwhile, or somebody else's: only the order of eviction suffers.
        }
        catch (UnauthorizedAccessException)
        {
        }
    }

    private readonly record struct Entry(string Digest, string Path, long Bytes, DateTime LastUse, bool IsFolder);
}
