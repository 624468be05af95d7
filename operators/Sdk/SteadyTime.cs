namespace DataPlatform.Operators.Sdk;

/// <summary>
/// The time on the wall as it was at the start, and what has passed since: people who set the clock don't change what is
/// measured with it.
/// </summary>
public sealed class SteadyTime(TimeProvider clock)
{
    private readonly DateTimeOffset start = clock.GetUtcNow();
    private readonly long stamp = clock.GetTimestamp();

    public DateTimeOffset Now => start + clock.GetElapsedTime(stamp);
}
