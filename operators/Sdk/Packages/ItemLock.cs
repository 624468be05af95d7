namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>Held by one process at a time over one item of the store; the kernel lets it go when the process ends, however it ends.</summary>
internal static class ItemLock
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(20);

    public static async Task<IDisposable> TakeAsync(string storeFolder, string item, CancellationToken cancellation)
    {
        var folder = Path.Combine(storeFolder, "locks");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, item);
        for (var wait = ShortestWait; ; wait = TimeSpan.FromMilliseconds(Math.Min(250, wait.TotalMilliseconds * 1.5)))
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(wait * (0.75 + (Random.Shared.NextDouble() / 2)), cancellation);
            }
        }
    }
}
