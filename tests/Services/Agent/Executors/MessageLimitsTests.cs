using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Agent.Executors;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.Agent.Executors;

public sealed class MessageLimitsTests
{
    private readonly FakeTimeProvider time = new();

    [Fact]
    public void So_many_at_once_and_then_one_each_time_an_interval_has_passed()
    {
        var limits = new MessageLimits(new MessageRules(PerSecond: 10, AtOnce: 3), time);
        var executor = new ExecutorKey("F", "x");
        for (var number = 0; number < 3; number++)
            limits.Wait(executor).ShouldBeNull();

        limits.Wait(executor).ShouldBe(TimeSpan.FromMilliseconds(100));
        time.Advance(TimeSpan.FromMilliseconds(100));
        limits.Wait(executor).ShouldBeNull();
        limits.Wait(executor).ShouldNotBeNull();

        (limits.Taken, limits.Refused).ShouldBe((4, 2));
        limits.Sentence.ShouldContain("10 a second in the long run, 3 at once");
    }

    [Fact]
    public void Each_executor_has_its_own()
    {
        var limits = new MessageLimits(new MessageRules(PerSecond: 1, AtOnce: 1), time);

        foreach (var executor in (ExecutorKey[])[new("F", "x"), new("F", "y"), new("G", "x")])
            limits.Wait(executor).ShouldBeNull();
        limits.Wait(new ExecutorKey("F", "x")).ShouldNotBeNull();
    }
}
