namespace DataPlatform.Simulation.Tests;

/// <summary>The cluster's two clocks, for what reads them by itself.</summary>
internal sealed class SimulatedTime(SimulatedCluster cluster) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => cluster.Wall;

    public override long GetTimestamp() => cluster.Steady.Ticks;
}
