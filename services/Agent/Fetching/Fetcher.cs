using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Launching;
using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Sandboxes;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>Puts a task's artifacts into its sandbox: from the cache where the URI names a sha256, fetched and verified where it is not there yet.</summary>
internal sealed class Fetcher(ArtifactCache cache, Download download, ArchiveUnpacker unpacker)
{
    private const int AtOnce = 4;

    /// <exception cref="FetchException">Names the URI that can't be had and says why.</exception>
    public async Task FetchAsync(
        IReadOnlyList<CommandInfo.Types.URI> uris, string containerId, string runDirectory, string sandbox, HostUser? owner, CancellationToken cancellation)
    {
        if (uris.Count == 0)
            return;
        var items = uris.Select(FetchItem.Of).ToList();
        if (items.GroupBy(each => each.Name).FirstOrDefault(group => group.Count() > 1 && group.Any(each => each.IsNamed || each.Extract == ExtractRule.Never)) is { } twice)
            throw new FetchException($"Two URIs are to become the same file '{twice.Key}': {twice.First().Display} and {twice.Last().Display}");
        try
        {
            var digests = items.Select(each => each.Digest).OfType<string>().ToList();
            if (digests.Count > 0)
                await cache.AddUserAsync(containerId, runDirectory, digests, cancellation);
            foreach (var folder in items.Select(each => Path.GetDirectoryName(each.Name)).Distinct().Where(each => each is { Length: > 0 }))
                Directory.CreateDirectory(Path.Combine(sandbox, folder!));
            var missing = items.Where(each => !TryPlaceFromCache(each, sandbox)).ToList();
            // Only for the order of eviction: the task need not wait for it.
            _ = Task.Run(() => cache.Touch(digests), CancellationToken.None);
            if (missing.Count == 0)
                return;
            await Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (item, token) =>
            {
                if (item.Digest is null)
                    await FetchUncachedAsync(item, sandbox, owner, token);
                else
                    await FetchCachedAsync(item, item.Digest, sandbox, owner, token);
            });
            await cache.EvictAsync(cancellation);
        }
        catch (IOException problem)
        {
            throw new FetchException($"Fetching into the sandbox failed: {DiskSpace.Explain(problem)}");
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new FetchException($"Fetching into the sandbox failed: {problem.Message}");
        }
    }

    /// <summary>The quick way: two system calls for an artifact that is here already.</summary>
    private bool TryPlaceFromCache(FetchItem item, string sandbox)
    {
        if (item.Digest is not { } digest)
            return false;
        if (item.Extract != ExtractRule.Never && item.IsNamed && Directory.Exists(cache.FolderPath(digest)))
        {
            LinkFolder(item, digest, sandbox);
            return true;
        }

        if (item.Extract != ExtractRule.Never || item.Executable)
            return false;
        var target = TargetOf(item, sandbox);
        return Libc.link(cache.FilePath(digest), target) == 0;
    }

    private async Task FetchCachedAsync(FetchItem item, string digest, string sandbox, HostUser? owner, CancellationToken cancellation)
    {
        using var mine = await cache.LockAsync(digest, cancellation);
        if (TryPlaceFromCache(item, sandbox))
            return;
        var file = cache.FilePath(digest);
        if (!File.Exists(file))
        {
            var incoming = cache.NewIncoming();
            try
            {
                var actual = await download.ToFileAsync(item, incoming, cancellation);
                if (actual != digest)
                    throw new FetchException($"{item.Display} is not what was asked for: its sha256 is {actual}, expected {digest}");
                file = cache.AddFile(digest, incoming);
            }
            finally
            {
                File.Delete(incoming);
            }
        }

        if (!Unpacks(item, file))
        {
            PlaceFile(item, file, sandbox, owner);
        }
        else if (item.IsNamed)
        {
            var unpacked = cache.NewIncoming();
            var bytes = unpacker.Unpack(file, item.Display, unpacked);
            cache.AddFolder(digest, unpacked, bytes);
            File.Delete(file); // Nobody needs the archive beside what was in it.
            LinkFolder(item, digest, sandbox);
        }
        else
        {
            UnpackInto(item, file, sandbox, owner);
        }
    }

    private async Task FetchUncachedAsync(FetchItem item, string sandbox, HostUser? owner, CancellationToken cancellation)
    {
        var incoming = Path.Combine(sandbox, ".fetch-" + Guid.NewGuid().ToString("N"));
        try
        {
            await download.ToFileAsync(item, incoming, cancellation);
            if (Unpacks(item, incoming))
            {
                UnpackInto(item, incoming, item.IsNamed ? TargetOf(item, sandbox) : sandbox, owner);
                return;
            }

            if (item.Executable)
                File.SetUnixFileMode(incoming, ExecutableMode);
            Own(incoming, owner);
            File.Move(incoming, TargetOf(item, sandbox));
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    private const UnixFileMode ExecutableMode = UnpackTarget.PlainMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static bool Unpacks(FetchItem item, string file) => item.Extract switch
    {
        ExtractRule.Archive => true,
        ExtractRule.ByContent => ArchiveUnpacker.IsArchive(file),
        ExtractRule.Never => false,
        _ => throw new InvalidOperationException($"Unhandled rule {item.Extract}"),
    };

    private void LinkFolder(FetchItem item, string digest, string sandbox)
    {
        File.CreateSymbolicLink(TargetOf(item, sandbox), cache.FolderPath(digest));
    }

    private static void PlaceFile(FetchItem item, string file, string sandbox, HostUser? owner)
    {
        var target = TargetOf(item, sandbox);
        if (!item.Executable && Libc.link(file, target) == 0)
            return;
        // Another file system, too many links already, or a mode of its own: a copy.
        File.Copy(file, target);
        File.SetUnixFileMode(target, item.Executable ? ExecutableMode : UnpackTarget.PlainMode);
        Own(target, owner);
    }

    /// <summary>All of the archive or nothing: unpacked beside and then moved in.</summary>
    private void UnpackInto(FetchItem item, string archive, string folder, HostUser? owner)
    {
        Directory.CreateDirectory(folder);
        var beside = Path.Combine(folder, ".unpack-" + Guid.NewGuid().ToString("N"));
        unpacker.Unpack(archive, item.Display, beside);
        try
        {
            var entries = new DirectoryInfo(beside).GetFileSystemInfos();
            if (Array.Find(entries, each => Path.Exists(Path.Combine(folder, each.Name))) is { } taken)
                throw new FetchException($"{item.Display} has a member '{taken.Name}', which is in the sandbox already");
            if (owner is not null)
            {
                foreach (var path in Directory.EnumerateFileSystemEntries(beside, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
                    Own(path, owner);
            }

            foreach (var entry in entries)
            {
                if (Libc.rename(entry.FullName, Path.Combine(folder, entry.Name)) != 0)
                    throw new IOException($"Cannot move '{entry.FullName}' into the sandbox");
            }
        }
        finally
        {
            Directory.Delete(beside, recursive: true);
        }
    }

    private static void Own(string path, HostUser? owner)
    {
        if (owner is not null && Libc.lchown(path, owner.Id, owner.GroupId) != 0)
            throw new IOException($"Cannot give '{path}' to user {owner.Name}");
    }

    private static string TargetOf(FetchItem item, string sandbox) => Path.Combine(sandbox, item.Name);
}
