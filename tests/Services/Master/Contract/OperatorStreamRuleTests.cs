using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Tests.Master.Contract;

/// <summary>What who follows the pool hears, and in which order.</summary>
public sealed class OperatorStreamRuleTests
{
    [Fact]
    public async Task It_begins_with_the_whole_state_and_a_heartbeat()
    {
        await using var pool = await RuledPool.StartAsync();
        await pool.RunAsync(0, "t");
        using var http = new HttpClient { BaseAddress = pool.Master.Endpoint };

        await using var stream = await FollowAsync(http);
        var (subscribed, first) = await stream.WaitForTypeAsync("SUBSCRIBED");
        await stream.WaitForTypeAsync("HEARTBEAT");

        first.ShouldBe(0);
        var state = subscribed["subscribed"]!["get_state"]!;
        state["get_tasks"]!["tasks"]!.AsArray().ShouldHaveSingleItem();
        state["get_agents"]!["agents"]!.AsArray().ShouldHaveSingleItem();
        state["get_frameworks"]!["frameworks"]!.AsArray().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Then_it_tells_of_agents_frameworks_and_tasks_as_they_come_change_and_go()
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        await using var stream = await FollowAsync(http);
        await stream.WaitForTypeAsync("SUBSCRIBED");

        await using var agent = new FakeAgent(master.Endpoint) { OnRun = (host, task, owner) => host.UpdateAsync(owner.Id, host.Status(task.TaskId.Value, TaskState.TaskRunning)) };
        await agent.RegisterAsync();
        await stream.WaitForTypeAsync("AGENT_ADDED");
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        await stream.WaitForTypeAsync("FRAMEWORK_ADDED");
        var info = SubscriptionTests.Subscribe(framework.Id)["subscribe"]!["framework_info"]!.DeepClone();
        info["name"] = "another";
        await framework.CallAsync(new JsonObject { ["type"] = "UPDATE_FRAMEWORK", ["update_framework"] = new JsonObject { ["framework_info"] = info } });
        await stream.WaitForTypeAsync("FRAMEWORK_UPDATED");
        var (offer, _) = await framework.WaitForOfferAsync();
        await framework.LaunchAsync(offer, "t");
        await stream.WaitForTypeAsync("TASK_ADDED");
        var (updated, _) = await stream.WaitForTypeAsync("TASK_UPDATED");
        ((string?)updated["task_updated"]!["state"]).ShouldBe("TASK_RUNNING");
        await framework.CallAsync("""{"type":"TEARDOWN"}""");
        await stream.WaitForTypeAsync("FRAMEWORK_REMOVED");
        using var gone = await http.PostAsync("/api/v1", new StringContent($$"""{"type":"MARK_AGENT_GONE","mark_agent_gone":{"agent_id":{"value":"{{agent.Id}}"} } }""", System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        await stream.WaitForTypeAsync("AGENT_REMOVED");
    }

    private static Task<OpenStream> FollowAsync(HttpClient http) => OpenStream.PostAsync(http, "/api/v1", JsonNode.Parse("""{"type":"SUBSCRIBE"}""")!);
}
