using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Tests.Agent.Decisions;

public sealed class ActivityRecordTests
{
    [Fact]
    public void What_is_seen_again_is_told_again_only_after_a_while()
    {
        var record = new ActivityRecord(new ActivityInfo { TellWithinSeconds = 60 });

        record.Observe(Jobs("1", lookedAt: 100), TimeSpan.FromSeconds(0)).ShouldBeTrue();
        record.Observe(Jobs("1", lookedAt: 115), TimeSpan.FromSeconds(15)).ShouldBeFalse("nothing has changed but the time");
        record.Observe(Jobs("2", lookedAt: 130), TimeSpan.FromSeconds(30)).ShouldBeTrue();
        record.Observe(Jobs("2", lookedAt: 175), TimeSpan.FromSeconds(75)).ShouldBeFalse();
        record.Observe(Jobs("2", lookedAt: 190), TimeSpan.FromSeconds(90)).ShouldBeTrue("it must be seen that somebody looks");
    }

    private static ActivityReport Jobs(string value, double lookedAt) => new()
    {
        LookedAt = lookedAt,
        Seen = { new ActivityReport.Types.Seen { Sign = new ActivityInfo.Types.Sign { Kind = ActivityInfo.Types.Sign.Types.Kind.Busy, Of = "jobs" }, Value = value } },
    };
}
