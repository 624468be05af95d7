using DataPlatform.Services.Agent.Native;
using DataPlatform.Services.Agent.Sandboxes;
using DataPlatform.Services.Hosting.Files;

namespace DataPlatform.Services.Agent.Fetching;

/// <summary>Puts a task's artifacts into its sandbox: from the cache where the URI names a sha256, fetched and verified where it is not there yet.</summary>
internal sealed class Fetcher(ArtifactCache cache, Download download, ArchiveUnpacker unpacker, FetchLimits limits)
{
    private const int AtOnce = 4;
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(24);

    /// <exception cref="FetchException">Names the URI that can't be had and says why.</exception>
    public async Task FetchAsync(FetchOrder order, CancellationToken cancellation)
    {
        if (order.Uris.Count == 0)
            return;
        var items = Understand(order);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(limits.Time < LongestTimer ? limits.Time : LongestTimer);
        try
        {
            await FetchAsync(order, items, limited.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new FetchException($"Fetching {items.Count} artifacts took longer than {limits.Time.TotalSeconds:0.#} seconds ({FetchLimits.TimeSetting})");
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

    private static List<FetchItem> Understand(FetchOrder order)
    {
        if (order.Uris.Count > FetchLimits.Count)
            throw new FetchException($"The task has {order.Uris.Count} URIs, at most {FetchLimits.Count} are allowed");
        var items = order.Uris.Select(FetchItem.Of).ToList();
        if (items.GroupBy(each => each.Name).FirstOrDefault(group => group.Count() > 1 && group.Any(each => each.IsNamed || each.Extract == ExtractRule.Never)) is { } twice)
            throw new FetchException($"Two URIs are to become the same file '{twice.Key}': {twice.First().Display} and {twice.Last().Display}");
        return items;
    }

    private async Task FetchAsync(FetchOrder order, List<FetchItem> items, CancellationToken cancellation)
    {
        var digests = items.Where(each => each.IsShared).Select(each => each.Digest!).ToList();
        if (digests.Count > 0)
            await cache.AddUserAsync(order.ContainerId, order.RunDirectory, digests, cancellation);
        foreach (var folder in items.Select(each => Path.GetDirectoryName(ArchivePaths.Normalize(each.Name))).Distinct().Where(each => each is { Length: > 0 }))
            FetchFolders.MakeWithin(order.Sandbox, folder!, order.User);
        var missing = items.Where(each => !TryPlaceFromCache(each, order, cancellation)).ToList();
        // Only for the order of eviction: the task need not wait for it.
        _ = Task.Run(() => cache.Touch(digests), CancellationToken.None);
        if (missing.Count == 0)
            return;
        var budget = new FetchBudget(limits, order.DiskBytes);
        await Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (item, token) =>
        {
            if (item.IsShared)
                await FetchSharedAsync(item, item.Digest!, order, budget, token);
            else
                await FetchOwnAsync(item, order, budget, token);
        });
        if (digests.Count > 0)
            await cache.EvictAsync(cancellation);
    }

    /// <summary>The quick way, for what is here already: two system calls where a link will do.</summary>
    private bool TryPlaceFromCache(FetchItem item, FetchOrder order, CancellationToken cancellation)
    {
        if (!item.IsShared)
            return false;
        if (item.Extract != ExtractRule.Never)
            return item.IsNamed && cache.FindFolder(item.Digest!) is { } folder && PlaceFolder(item, folder, order, cancellation);
        return cache.FindFile(item.Digest!) is { } file && PlaceFile(item, file, order, cancellation);
    }

    private async Task FetchSharedAsync(FetchItem item, string digest, FetchOrder order, FetchBudget budget, CancellationToken cancellation)
    {
        using var mine = await cache.LockAsync(digest, item.Source.IsFile ? "file" : item.Source.Authority, cancellation);
        if (TryPlaceFromCache(item, order, cancellation))
            return;
        var file = cache.FindFile(digest);
        if (file is null)
        {
            var incoming = cache.NewIncoming();
            try
            {
                await DownloadAsync(item, incoming, order, budget, cancellation);
                file = cache.AddFile(digest, incoming);
            }
            finally
            {
                File.Delete(incoming);
            }
        }

        if (!Unpacks(item, file))
        {
            if (!PlaceFile(item, file, order, cancellation))
                throw new FetchException($"{item.Display} was changed in the cache while it was copied");
        }
        else if (item.IsNamed)
        {
            var unpacked = cache.NewIncoming();
            var bytes = unpacker.Unpack(file, item.Display, unpacked, new UnpackManner(Sealed: true, null, null), cancellation);
            var folder = cache.AddFolder(digest, unpacked, bytes, cancellation);
            File.Delete(file); // Nobody needs the archive beside what was in it.
            if (!PlaceFolder(item, folder, order, cancellation))
                throw new FetchException($"{item.Display} was changed in the cache while it was copied");
        }
        else
        {
            UnpackInto(item, file, order.Sandbox, order, budget, cancellation);
        }
    }

    private async Task FetchOwnAsync(FetchItem item, FetchOrder order, FetchBudget budget, CancellationToken cancellation)
    {
        var incoming = Path.Combine(order.Sandbox, ".fetch-" + Guid.NewGuid().ToString("N"));
        try
        {
            await DownloadAsync(item, incoming, order, budget, cancellation);
            if (Unpacks(item, incoming))
            {
                UnpackInto(item, incoming, item.IsNamed ? TargetOf(item, order) : order.Sandbox, order, budget, cancellation);
                return;
            }

            File.SetUnixFileMode(incoming, item.IsPrivate ? ModeOf(item) & PrivateModes : ModeOf(item));
            FetchFolders.Own(incoming, order.User);
            File.Move(incoming, TargetOf(item, order));
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    private async Task DownloadAsync(FetchItem item, string incoming, FetchOrder order, FetchBudget budget, CancellationToken cancellation)
    {
        var actual = await download.ToFileAsync(item, incoming, order.User, budget, cancellation);
        if (item.Digest is { } digest && actual != digest)
            throw new FetchException($"{item.Display} is not what was asked for: its sha256 is {actual}, expected {digest}");
    }

    private const UnixFileMode PrivateModes = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static UnixFileMode ModeOf(FetchItem item) => item.Executable
        ? UnpackTarget.PlainMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute
        : UnpackTarget.PlainMode;

    private static bool Unpacks(FetchItem item, string file) => item.Extract switch
    {
        ExtractRule.Archive => true,
        ExtractRule.ByContent => ArchiveUnpacker.IsArchive(file),
        ExtractRule.Never => false,
        _ => throw new InvalidOperationException($"Unhandled rule {item.Extract}"),
    };

    /// <summary>False when the cache's file turned out to be spoiled; then it is the cache's no longer.</summary>
    private bool PlaceFile(FetchItem item, string file, FetchOrder order, CancellationToken cancellation)
    {
        var target = TargetOf(item, order);
        if (!item.Executable && !order.CouldWriteCache && Libc.link(file, target) == 0)
            return true;
        // Another file system, too many links already, a mode of its own, or a task that could write the cache's file: a copy.
        var actual = PrivateCopy.OfFile(file, target, ModeOf(item), order.User, cancellation);
        if (actual == item.Digest)
            return true;
        File.Delete(target);
        cache.Discard(item.Digest!, $"its sha256 is {actual}");
        return false;
    }

    /// <summary>False when the cache's folder turned out to be spoiled; then it is the cache's no longer.</summary>
    private bool PlaceFolder(FetchItem item, CachedFolder folder, FetchOrder order, CancellationToken cancellation)
    {
        var target = TargetOf(item, order);
        if (!order.CouldWriteCache)
        {
            File.CreateSymbolicLink(target, folder.Path);
            return true;
        }

        string reason;
        try
        {
            if (PrivateCopy.OfFolder(folder.Path, target, order.User, cancellation) == folder.Content)
                return true;
            reason = "its content is not what it was";
        }
        catch (InvalidDataException problem)
        {
            reason = problem.Message;
        }

        Directory.Delete(target, recursive: true);
        cache.Discard(item.Digest!, reason);
        return false;
    }

    /// <summary>All of the archive or nothing: unpacked beside and then moved in.</summary>
    private void UnpackInto(FetchItem item, string archive, string folder, FetchOrder order, FetchBudget budget, CancellationToken cancellation)
    {
        if (folder != order.Sandbox)
            FetchFolders.Make(folder, order.User);
        var beside = Path.Combine(folder, ".unpack-" + Guid.NewGuid().ToString("N"));
        unpacker.Unpack(archive, item.Display, beside, new UnpackManner(Sealed: false, order.User, bytes => budget.Keep(item, bytes)), cancellation);
        try
        {
            var entries = new DirectoryInfo(beside).GetFileSystemInfos();
            if (Array.Find(entries, each => FileStatus.Of(Path.Combine(folder, each.Name)) is not null) is { } taken)
                throw new FetchException($"{item.Display} has a member '{taken.Name}', which is in the sandbox already");
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

    private static string TargetOf(FetchItem item, FetchOrder order) => Path.Combine(order.Sandbox, item.Name);
}
