namespace DataPlatform.Services.Hosting.Security;

/// <summary>
/// A bucket for each key, as many as fit. When no more fit, what is full again is forgotten, and new keys share one bucket
/// until there is room. Not for several threads.
/// </summary>
public sealed class Buckets<TKey>(BucketSize size, int most, TimeProvider time) where TKey : notnull
{
    private readonly Dictionary<TKey, TokenBucket> buckets = [];
    private readonly TokenBucket shared = new(size, time.GetTimestamp());
    private long cleaned = time.GetTimestamp();

    public int Count => buckets.Count;

    public TimeSpan Wait(TKey key, long now) => (buckets.GetValueOrDefault(key) ?? (IsFull ? shared : null))?.Wait(now, time) ?? TimeSpan.Zero;

    public void Take(TKey key, long now)
    {
        if (!buckets.TryGetValue(key, out var bucket))
        {
            if (IsFull)
                Clean(now);
            bucket = shared;
            if (!IsFull)
                buckets[key] = bucket = new TokenBucket(size, now);
        }

        bucket.Take(now, time);
    }

    private bool IsFull => buckets.Count >= most;

    private void Clean(long now)
    {
        // Looking through all of them is worth it only when some have had the time to fill.
        if (time.GetElapsedTime(cleaned, now) < size.Interval)
            return;
        cleaned = now;
        foreach (var (key, _) in buckets.Where(each => each.Value.IsFull(now, time)).ToList())
            buckets.Remove(key);
    }
}
