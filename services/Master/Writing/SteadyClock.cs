namespace DataPlatform.Services.Master.Writing;

/// <summary>
/// The pool's own clock: starts at the time on the wall and then goes on by itself, whatever anyone sets the wall clock to.
/// </summary>
public sealed class SteadyClock
{
    /// <summary>Less is drift and jitter of reading two clocks; people's times need not be better.</summary>
    private static readonly TimeSpan SmallestMove = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider time;
    private readonly DateTimeOffset start;
    private readonly long startTimestamp;
    private TimeSpan offset;

    public SteadyClock(TimeProvider time)
    {
        this.time = time;
        start = time.GetUtcNow();
        startTimestamp = time.GetTimestamp();
    }

    public DateTimeOffset Now => start + time.GetElapsedTime(startTimestamp);

    /// <summary>How far the wall is ahead now, when that is another distance than was answered before; else null.</summary>
    public TimeSpan? TakeMove()
    {
        var ahead = time.GetUtcNow() - Now;
        if ((ahead - offset).Duration() < SmallestMove)
            return null;
        offset = ahead;
        return ahead;
    }
}
