using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;

namespace DataPlatform.Services.Tests.Agent.Decisions;

public sealed class HealthRecordTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);

    [Fact]
    public void Failures_in_the_grace_period_do_not_count()
    {
        var record = new HealthRecord(new HealthCheck { GracePeriodSeconds = 10, ConsecutiveFailures = 2 }, Start);

        record.Observe(false, Start + TimeSpan.FromSeconds(9)).ShouldBe(HealthVerdict.Unchanged);
        record.Healthy.ShouldBeNull();
        record.Observe(false, Start + TimeSpan.FromSeconds(10)).ShouldBe(HealthVerdict.Told);
        record.Observe(false, Start + TimeSpan.FromSeconds(11)).ShouldBe(HealthVerdict.GiveUp);
    }

    [Fact]
    public void The_grace_period_ends_with_the_first_success()
    {
        var record = new HealthRecord(new HealthCheck { GracePeriodSeconds = 10, ConsecutiveFailures = 3 }, Start);

        record.Observe(true, Start + TimeSpan.FromSeconds(1)).ShouldBe(HealthVerdict.Told);
        record.Observe(false, Start + TimeSpan.FromSeconds(2)).ShouldBe(HealthVerdict.Told);
    }

    [Fact]
    public void Every_failure_that_counts_is_told_and_only_the_first_success()
    {
        var record = new HealthRecord(new HealthCheck { GracePeriodSeconds = 0, ConsecutiveFailures = 3 }, Start);

        record.Observe(true, Start).ShouldBe(HealthVerdict.Told);
        record.Observe(true, Start).ShouldBe(HealthVerdict.Unchanged);
        record.Observe(false, Start).ShouldBe(HealthVerdict.Told);
        record.Observe(false, Start).ShouldBe(HealthVerdict.Told);
        record.Observe(false, Start).ShouldBe(HealthVerdict.GiveUp);
    }

    [Fact]
    public void A_success_starts_the_count_anew()
    {
        var record = new HealthRecord(new HealthCheck { GracePeriodSeconds = 0, ConsecutiveFailures = 2 }, Start);

        record.Observe(false, Start).ShouldBe(HealthVerdict.Told);
        record.Observe(true, Start).ShouldBe(HealthVerdict.Told);
        record.Observe(false, Start).ShouldBe(HealthVerdict.Told);
        record.Observe(true, Start).ShouldBe(HealthVerdict.Told);
        record.Observe(true, Start).ShouldBe(HealthVerdict.Unchanged);
    }
}
