namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>Which item of the store was made from what a key stands for: <c>FOLDER/KIND/KEY</c> holds the item's digest.</summary>
internal sealed class StoreRecord(ContentStore store, string kind, string key)
{
    private readonly string path = Path.Combine(store.Folder, kind, key);

    /// <summary>Null when the item was never made, or is gone or damaged.</summary>
    public async Task<Digest?> ReadAsync(CancellationToken cancellation) =>
        File.Exists(path)
        && Digest.TryParse(await File.ReadAllTextAsync(path, cancellation), out var digest)
        && await store.FindAsync(digest, cancellation) is not null
            ? digest
            : null;

    public async Task<Digest> WriteAsync(Digest digest, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var partial = store.NewScratchPath();
        await File.WriteAllTextAsync(partial, digest.ToString(), cancellation);
        File.Move(partial, path, overwrite: true);
        return digest;
    }
}
