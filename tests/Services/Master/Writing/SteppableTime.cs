namespace DataPlatform.Services.Tests.Master.Writing;

/// <summary>Time that passes when the test says so, and a wall clock that someone sets.</summary>
internal sealed class SteppableTime : TimeProvider
{
    private readonly Lock gate = new();
    private DateTimeOffset wall = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
            return wall;
    }

    public override long GetTimestamp()
    {
        lock (gate)
            return elapsed;
    }

    public void Pass(TimeSpan time)
    {
        lock (gate)
        {
            wall += time;
            elapsed += time.Ticks;
        }
    }

    /// <summary>Someone sets the clock; no time passes.</summary>
    public void SetWall(TimeSpan step)
    {
        lock (gate)
            wall += step;
    }
}
