using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Tests.Agent.Decisions;

public sealed class HealthRecordTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Failures_in_the_grace_period_do_not_count()
    {
        var record = new HealthRecord(new HealthCheck { GracePeriodSeconds = 10, ConsecutiveFailures = 2 }, Start);

        record.Observe(false, Start.AddSeconds(9)).ShouldBe(HealthVerdict.Unchanged);
        record.Healthy.ShouldBeNull();
        record.Observe(false, Start.AddSeconds(10)).ShouldBe(HealthVerdict.Changed);
        record.Observe(false, Start.AddSeconds(11)).ShouldBe(HealthVerdict.GiveUp);
    }

    [Fact]
    public void The_grace_period_ends_with_the_first_success()
    {
        var record = new HealthRecord(new HealthCheck { GracePeriodSeconds = 10, ConsecutiveFailures = 3 }, Start);

        record.Observe(true, Start.AddSeconds(1)).ShouldBe(HealthVerdict.Changed);
        record.Observe(false, Start.AddSeconds(2)).ShouldBe(HealthVerdict.Changed);
    }

    [Fact]
    public void A_success_starts_the_count_anew()
    {
        var record = new HealthRecord(new HealthCheck { GracePeriodSeconds = 0, ConsecutiveFailures = 2 }, Start);

        record.Observe(false, Start).ShouldBe(HealthVerdict.Changed);
        record.Observe(true, Start).ShouldBe(HealthVerdict.Changed);
        record.Observe(false, Start).ShouldBe(HealthVerdict.Changed);
        record.Observe(true, Start).ShouldBe(HealthVerdict.Changed);
        record.Observe(true, Start).ShouldBe(HealthVerdict.Unchanged);
    }
}
