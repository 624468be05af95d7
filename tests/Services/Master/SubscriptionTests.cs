using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master;

public sealed class SubscriptionTests
{
    [Fact]
    public async Task Takes_and_refuses_the_recorded_subscriptions_as_recorded()
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        foreach (var subscription in Recording.Read("subscriptions.jsonl"))
        {
            var name = (string?)subscription["name"];
            await using var stream = await OpenStream.PostAsync(http, "/api/v1/scheduler", subscription["body"]!);

            ((int)stream.Status).ShouldBe((int)subscription["status"]!, name);
            var events = subscription["events"]!.AsArray().Select(type => (string)type!).ToList();
            if (events.Count > 0)
                await stream.WaitForTypeAsync(events[^1]);
            if (events is ["ERROR"])
                await stream.WaitForEndAsync();
            stream.Events.Select(happened => (string)happened["type"]!).ShouldBe(events, name);
            if ((int)stream.Status == 200)
                stream.StreamId.ShouldNotBeNullOrEmpty(name);
        }
    }

    [Fact]
    public async Task A_second_subscription_takes_over_and_ends_the_first_with_an_error()
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        await using var first = await OpenStream.PostAsync(http, "/api/v1/scheduler", Subscribe());
        var (subscribed, _) = await first.WaitForTypeAsync("SUBSCRIBED");
        var id = subscribed["subscribed"]!["framework_id"]!["value"]!.GetValue<string>();

        await using var second = await OpenStream.PostAsync(http, "/api/v1/scheduler", Subscribe(id));

        var (again, _) = await second.WaitForTypeAsync("SUBSCRIBED");
        again["subscribed"]!["framework_id"]!["value"]!.GetValue<string>().ShouldBe(id);
        await first.WaitForEndAsync();
        ((string?)first.Events[^1]["type"]).ShouldBe("ERROR");
        second.StreamId.ShouldNotBe(first.StreamId);
    }

    [Fact]
    public async Task Beats_as_often_as_it_said()
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        await using var stream = await OpenStream.PostAsync(http, "/api/v1/scheduler", Subscribe());

        var (subscribed, _) = await stream.WaitForTypeAsync("SUBSCRIBED");
        var (_, place) = await stream.WaitForTypeAsync("HEARTBEAT");

        subscribed["subscribed"]!["heartbeat_interval_seconds"]!.GetValue<double>().ShouldBe(15);
        place.ShouldBe(1);
    }

    internal static JsonNode Subscribe(string? id = null, double failoverTimeout = 30, string role = "analytics")
    {
        var identifier = id is null ? "" : $"\"framework_id\":{{\"value\":\"{id}\"}},";
        var inside = id is null ? "" : $",\"id\":{{\"value\":\"{id}\"}}";
        return JsonNode.Parse($$"""
            {"type":"SUBSCRIBE",{{identifier}}"subscribe":{"framework_info":{"user":"root","name":"test","roles":["{{role}}"],
            "capabilities":[{"type":"MULTI_ROLE"},{"type":"PARTITION_AWARE"},{"type":"TASK_KILLING_STATE"},{"type":"RESERVATION_REFINEMENT"}],
            "checkpoint":true,"failover_timeout":{{failoverTimeout}}{{inside}} } } }
            """)!;
    }
}
