using DataPlatform.Operators.Sdk.Artifacts;

namespace DataPlatform.Operators.Sdk.Packages;

/// <summary>Counts items as they arrive and tells it on.</summary>
internal sealed class ResolveCounter(int total, IProgress<ArtifactProgress>? progress)
{
    private readonly Lock turn = new();
    private readonly HashSet<string> arrived = new(StringComparer.Ordinal);
    private long bytes;

    public void Arrived(string item, long itemBytes)
    {
        lock (turn)
        {
            if (!arrived.Add(item))
                return;
            bytes += itemBytes;
            progress?.Report(new(item, arrived.Count, total, bytes));
        }
    }

    public void Doing(string what)
    {
        lock (turn)
            progress?.Report(new(what, arrived.Count, total, bytes));
    }
}
