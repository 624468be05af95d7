using DataPlatform.Services.Agent.Sandboxes;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Agent.Images;

/// <summary>Removes images that nothing uses while the disk that they lie on is too full.</summary>
/// <param name="headroom">The part of the disk, in bytes and in inodes, that is to be free.</param>
internal sealed class ImageCollector(ImageStore store, string folder, double headroom, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, time, stop);
                await CollectAsync(stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    private async Task CollectAsync(CancellationToken stop)
    {
        try
        {
            await store.PruneAsync(() => FileSystemUse.Of(folder)?.Part > 1 - headroom, stop);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("Images can't be removed now: {Problem}", problem.Message);
        }
    }
}
