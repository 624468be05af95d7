using DataPlatform.Operators.Sdk;
using Shouldly;

namespace DataPlatform.Operators.Tests.Sdk;

/// <summary>Found by the simulation: with the clock set back by hours, operators asked for nothing again in all that time.</summary>
public sealed class SteadyTimeTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-8)]
    [InlineData(8)]
    public void Goes_on_as_it_did_when_the_clock_is_set(int hours)
    {
        var clocks = new TwoClocks { Wall = Start };
        var time = new SteadyTime(clocks);

        clocks.Wall = Start.AddHours(hours);
        clocks.Steady = TimeSpan.FromSeconds(2);

        time.Now.ShouldBe(Start.AddSeconds(2));
    }

    private sealed class TwoClocks : TimeProvider
    {
        public DateTimeOffset Wall { get; set; }

        public TimeSpan Steady { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => Steady.Ticks;
    }
}
