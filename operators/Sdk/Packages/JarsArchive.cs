namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>The files of a lock as one tar, so that a task names one address instead of hundreds.</summary>
internal sealed class JarsArchive(ContentStore store)
{
    public async Task<Digest> MakeAsync(LockedPackage package, CancellationToken cancellation)
    {
        var key = $"jars-{package.LockDigest}";
        using var held = await ItemLock.TakeAsync(store.Folder, key, cancellation);
        var record = new StoreRecord(store, "archives", key);
        if (await record.ReadAsync(cancellation) is { } known)
            return known;

        var archive = store.NewScratchPath();
        await DeterministicTar.WriteAsync(archive, package.Lock.Select(file => (file.FileName, store.PathOf(file.Digest))), cancellation);
        return await record.WriteAsync(await store.MoveInAsync(archive, cancellation), cancellation);
    }
}
