using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Hosting.Serving;
using DataPlatform.Services.Tests.Master.Writing;
using Microsoft.Extensions.Logging;

namespace DataPlatform.Services.Tests.Hosting.Serving;

public sealed class LoggingLevelTests
{
    private readonly SteppableTime time = new();

    [Fact]
    public void A_raised_level_ends_by_itself_also_when_someone_sets_the_clock()
    {
        var level = new LoggingLevel(time);
        level.Allows(LogLevel.Debug).ShouldBeFalse();

        level.Set(3, Seconds(10)).ShouldBeNull();

        time.Pass(TimeSpan.FromSeconds(9));
        time.SetWall(TimeSpan.FromHours(1));
        (level.Current, level.Allows(LogLevel.Debug), level.Allows(LogLevel.Trace)).ShouldBe((3u, true, false));
        time.Pass(TimeSpan.FromSeconds(1));
        (level.Current, level.Allows(LogLevel.Debug), level.Allows(LogLevel.Information)).ShouldBe((0u, false, true));
    }

    [Fact]
    public void What_can_not_be_meant_is_refused_with_what_is_allowed()
    {
        var level = new LoggingLevel(time);

        level.Set(4, Seconds(1)).ShouldNotBeNull().ShouldContain("0 to 3 are allowed");
        level.Set(1, Seconds(0)).ShouldNotBeNull().ShouldContain("more than 0");
        level.Set(1, duration: null).ShouldNotBeNull();

        level.Current.ShouldBe(0u);
    }

    private static DurationInfo Seconds(long seconds) => new() { Nanoseconds = seconds * 1_000_000_000 };
}
