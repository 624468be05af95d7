using System.Net;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Tests.Client.Scheduler;

public sealed class SchedulerClientTests
{
    private static readonly FrameworkInfo Framework = new() { User = "u", Name = "n" };

    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    [Fact]
    public async Task Subscribes_again_with_the_same_framework_id_when_the_connection_ends()
    {
        var master = new ScriptedMaster(ScriptedMaster.Stream(ScriptedMaster.Subscribed()), ScriptedMaster.Stream(ScriptedMaster.Subscribed(), ScriptedMaster.Error("done")));
        var signals = await CollectAsync(master);
        signals.Select(signal => signal.GetType().Name).ShouldBe(["Received", "Disconnected", "Received", "Ended"]);
        master.Calls[0].Call.FrameworkId.ShouldBeNull();
        master.Calls[1].Call.FrameworkId.Value.ShouldBe("F");
        master.Calls[1].Call.Subscribe.FrameworkInfo.Id.Value.ShouldBe("F");
        master.Calls.ShouldAllBe(call => call.StreamId == null);
    }

    [Fact]
    public async Task Ends_when_another_scheduler_takes_over()
    {
        var signals = await CollectAsync(new ScriptedMaster(ScriptedMaster.Stream(ScriptedMaster.Subscribed(), ScriptedMaster.Error("Framework failed over"))));
        signals[^1].ShouldBe(new SchedulerSignal.Ended(SubscriptionEnd.FailedOver, "Framework failed over"));
    }

    [Fact]
    public async Task Ends_when_the_call_itself_is_refused()
    {
        var signals = await CollectAsync(new ScriptedMaster(ScriptedMaster.Refuse(HttpStatusCode.Unauthorized, "who are you")));
        signals.ShouldHaveSingleItem().ShouldBeOfType<SchedulerSignal.Ended>().Reason.ShouldContain("who are you");
    }

    [Fact]
    public async Task Waits_for_a_master_that_recovers()
    {
        var signals = await CollectAsync(new ScriptedMaster(ScriptedMaster.Refuse(HttpStatusCode.ServiceUnavailable), ScriptedMaster.Stream(ScriptedMaster.Subscribed(), ScriptedMaster.Error("end"))));
        signals[0].ShouldBeOfType<SchedulerSignal.Disconnected>();
        signals[1].ShouldBeOfType<SchedulerSignal.Received>();
    }

    [Fact]
    public async Task Follows_a_redirect_without_a_scheme_and_stays_with_the_leader()
    {
        var master = new ScriptedMaster(ScriptedMaster.Redirect("//10.0.0.2:5050/api/v1/scheduler"), ScriptedMaster.Silent(ScriptedMaster.Subscribed()));
        using var client = Client(master);
        await foreach (var signal in client.SubscribeAsync(Framework, Limit))
        {
            signal.ShouldBeOfType<SchedulerSignal.Received>();
            await client.CallAsync(new SchedulerCall { Type = SchedulerCall.Types.Type.Revive }, Limit);
            break;
        }
        master.Calls.Select(call => call.Address.Host).ShouldBe(["10.0.0.1", "10.0.0.2", "10.0.0.2"]);
    }

    [Fact]
    public async Task Calls_carry_the_stream_id_the_framework_id_and_the_credential()
    {
        var master = new ScriptedMaster(ScriptedMaster.Silent(ScriptedMaster.Subscribed()));
        using var client = Client(master, new MesosCredential("p", "s"));
        await foreach (var _ in client.SubscribeAsync(Framework, Limit))
        {
            await client.CallAsync(new SchedulerCall { Type = SchedulerCall.Types.Type.Suppress }, Limit);
            break;
        }
        var (_, call, streamId, authorization) = master.Calls[^1];
        (call.FrameworkId.Value, streamId, authorization).ShouldBe(("F", "stream-1", "Basic cDpz"));
    }

    [Fact]
    public async Task Refuses_a_call_without_a_subscription()
    {
        using var client = Client(new ScriptedMaster());
        await Should.ThrowAsync<MesosCallException>(() => client.CallAsync(new SchedulerCall { Type = SchedulerCall.Types.Type.Revive }, Limit));
    }

    [Fact]
    public async Task Drops_a_connection_without_heartbeats()
    {
        var master = new ScriptedMaster(ScriptedMaster.Silent(ScriptedMaster.Subscribed(heartbeat: 0.02)), ScriptedMaster.Stream(ScriptedMaster.Error("end")));
        var signals = await CollectAsync(master);
        signals[1].ShouldBeOfType<SchedulerSignal.Disconnected>().Reason.ShouldContain("silent");
    }

    [Fact]
    public async Task Pauses_longer_from_attempt_to_attempt_up_to_a_bound()
    {
        var refusals = Enumerable.Repeat(ScriptedMaster.Refuse(HttpStatusCode.ServiceUnavailable), 8).Append(ScriptedMaster.Refuse(HttpStatusCode.Forbidden)).ToArray();
        var signals = await CollectAsync(new ScriptedMaster(refusals));
        var pauses = signals.OfType<SchedulerSignal.Disconnected>().Select(signal => signal.RetryAfter).ToList();
        pauses.Count.ShouldBe(8);
        pauses[0].ShouldBeInRange(TimeSpan.FromMilliseconds(0.5), TimeSpan.FromMilliseconds(1));
        pauses[^1].ShouldBeInRange(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10));
    }

    private static SchedulerClient Client(ScriptedMaster master, MesosCredential? credential = null) => new(
        new SchedulerClientSettings(new Uri("http://10.0.0.1:5050"), credential) { ShortestPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(10) },
        seed: 7, handler: master);

    private static async Task<List<SchedulerSignal>> CollectAsync(ScriptedMaster master)
    {
        using var client = Client(master);
        var signals = new List<SchedulerSignal>();
        await foreach (var signal in client.SubscribeAsync(Framework, Limit))
            signals.Add(signal);
        return signals;
    }
}
