namespace DataPlatform.Services.Hosting.Security;

/// <summary>So many at once, and one more each time an interval has passed. Not for several threads.</summary>
/// <param name="Burst">The most that are in it.</param>
/// <param name="Interval">How long one takes to come back.</param>
public readonly record struct BucketSize(int Burst, TimeSpan Interval);

/// <summary>A bucket that was full at a time.</summary>
/// <param name="now">A timestamp of the provider that the methods are given.</param>
public sealed class TokenBucket(BucketSize size, long now)
{
    private double tokens = size.Burst;
    private long filled = now;

    /// <summary>Zero when there is one to take; else how long until there is.</summary>
    public TimeSpan Wait(long now, TimeProvider time)
    {
        Fill(now, time);
        return tokens >= 1 ? TimeSpan.Zero : size.Interval * (1 - tokens);
    }

    /// <summary>One; of an empty bucket nothing.</summary>
    public void Take(long now, TimeProvider time)
    {
        Fill(now, time);
        tokens = Math.Max(0, tokens - 1);
    }

    public bool IsFull(long now, TimeProvider time)
    {
        Fill(now, time);
        return tokens >= size.Burst;
    }

    private void Fill(long now, TimeProvider time)
    {
        tokens = Math.Min(size.Burst, tokens + (time.GetElapsedTime(filled, now) / size.Interval));
        filled = now;
    }
}
