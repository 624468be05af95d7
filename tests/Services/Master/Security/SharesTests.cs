using DataPlatform.Core.Pool;
using DataPlatform.Services.Master.Security;

namespace DataPlatform.Services.Tests.Master.Security;

public sealed class SharesTests
{
    private static readonly Caller Greedy = new Caller.Named("greedy", "");
    private static readonly Caller Modest = new Caller.Named("modest", "");

    private readonly ManualTime time = new();
    private readonly Shares shares;

    public SharesTests() => shares = new Shares(new ShareLimits
    {
        Calls = new Budget(PerSecond: 10, Most: 10), Subscriptions = new Budget(PerSecond: 1, Most: 5), Waiting = 2, Streams = 2, AllStreams = 3,
    }, time);

    [Fact]
    public void Who_calls_too_often_waits_and_another_does_not()
    {
        for (var count = 0; count < 10; count++)
            shares.WhyNotCall(Greedy).ShouldBeNull();

        shares.WhyNotCall(Greedy).ShouldNotBeNull().ShouldContain("10 a second");
        shares.WhyNotCall(Modest).ShouldBeNull();
        time.Advance(TimeSpan.FromSeconds(0.5));
        for (var count = 0; count < 5; count++)
            shares.WhyNotCall(Greedy).ShouldBeNull();
        shares.WhyNotCall(Greedy).ShouldNotBeNull();
    }

    [Fact]
    public void Small_steps_of_time_add_up()
    {
        for (var count = 0; count < 5; count++)
            shares.WhyNotSubscription(Greedy).ShouldBeNull();
        shares.WhyNotSubscription(Greedy).ShouldNotBeNull();

        for (var step = 0; step < 10; step++)
        {
            time.Advance(TimeSpan.FromSeconds(0.11));
            if (step < 9)
                shares.WhyNotSubscription(Greedy).ShouldNotBeNull();
        }

        shares.WhyNotSubscription(Greedy).ShouldBeNull();
    }

    [Fact]
    public void Streams_are_counted_for_each_and_for_all_and_their_places_come_back()
    {
        var first = shares.OpenStream(Greedy, out _).ShouldNotBeNull();
        shares.OpenStream(Greedy, out _).ShouldNotBeNull();
        shares.OpenStream(Greedy, out var own).ShouldBeNull();
        own.ShouldContain("'greedy' has 2 streams");
        shares.OpenStream(Modest, out _).ShouldNotBeNull();
        shares.OpenStream(Modest, out var all).ShouldBeNull();
        all.ShouldContain("3 streams");

        first.Dispose();
        first.Dispose();

        shares.OpenStream(Modest, out _).ShouldNotBeNull();
        shares.OpenStream(Modest, out _).ShouldBeNull();
    }

    [Fact]
    public async Task Calls_of_one_that_wait_let_those_of_another_pass()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var first = await shares.EnterAsync(Greedy, cancellation);
        await shares.EnterAsync(Greedy, cancellation);
        var third = shares.EnterAsync(Greedy, cancellation);

        (await shares.EnterAsync(Modest, cancellation)).Dispose();
        third.IsCompleted.ShouldBeFalse();
        first.Dispose();

        (await third.WaitAsync(TimeSpan.FromSeconds(15), cancellation)).Dispose();
    }

    private sealed class ManualTime : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => ticks += by.Ticks;

        public override long GetTimestamp() => ticks;
    }
}
