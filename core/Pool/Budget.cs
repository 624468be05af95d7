namespace DataPlatform.Core.Pool;

/// <summary>How much of something may be had in the long run and at once. Spending may go below nothing once; then it waits.</summary>
/// <param name="PerSecond">What comes in.</param>
/// <param name="Most">What is kept at most.</param>
public sealed record Budget(long PerSecond, long Most)
{
    /// <summary>What there is now.</summary>
    /// <param name="left">What there was at <paramref name="since"/>.</param>
    public long Left(long left, DateTimeOffset since, DateTimeOffset now)
    {
        var elapsed = (now - since).TotalSeconds;
        return elapsed <= 0 ? left : (long)Math.Min(Most, left + (elapsed * PerSecond));
    }
}
