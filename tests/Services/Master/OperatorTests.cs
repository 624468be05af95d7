using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master;

public sealed class OperatorTests
{
    [Fact]
    public async Task Operators_read_the_pool_and_follow_it()
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        await using var watching = await OpenStream.PostAsync(http, "/api/v1", JsonNode.Parse("""{"type":"SUBSCRIBE"}""")!);
        await watching.WaitForTypeAsync("HEARTBEAT");
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        await FaultTests.RunAsync(framework, agent, "t1");

        var state = (await ReadAsync(http, "GET_STATE"))["get_state"]!;
        var told = state["get_agents"]!["agents"]![0]!;
        told["active"]!.GetValue<bool>().ShouldBeTrue();
        Amount(told["total_resources"]!, "cpus").ShouldBe(64);
        Amount(told["allocated_resources"]!, "cpus").ShouldBe(0.1);
        ((string?)told["total_resources"]![0]!["role"]).ShouldBe("*");
        var task = state["get_tasks"]!["tasks"]![0]!;
        ((string?)task["state"]).ShouldBe("TASK_RUNNING");
        ((string?)task["status_update_state"]).ShouldBe("TASK_RUNNING");
        ((string?)state["get_frameworks"]!["frameworks"]![0]!["framework_info"]!["id"]!["value"]).ShouldBe(framework.Id);
        var role = (await ReadAsync(http, "GET_ROLES"))["get_roles"]!["roles"]![0]!;
        ((string?)role["name"]).ShouldBe("analytics");
        (await ReadAsync(http, "GET_METRICS"))["get_metrics"]!["metrics"]!.AsArray()
            .ShouldContain(metric => (string?)metric!["name"] == "master/tasks_running" && metric["value"]!.GetValue<double>() == 1);
        foreach (var call in new[] { "GET_AGENTS", "GET_FRAMEWORKS", "GET_TASKS", "GET_HEALTH", "GET_VERSION", "GET_FLAGS", "GET_MASTER", "GET_EXECUTORS" })
            ((string?)(await ReadAsync(http, call))["type"]).ShouldBe(call);

        await watching.WaitForTypeAsync("TASK_UPDATED");
        watching.Events.Select(happened => (string)happened["type"]!).ShouldBe(
            ["SUBSCRIBED", "HEARTBEAT", "AGENT_ADDED", "FRAMEWORK_ADDED", "TASK_ADDED", "TASK_UPDATED"]);
    }

    [Fact]
    public async Task An_operator_tears_a_framework_down()
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);

        var status = await PostAsync(http, $$"""{"type":"TEARDOWN","teardown":{"framework_id":{"value":"{{framework.Id}}"} } }""");

        status.ShouldBe(HttpStatusCode.OK);
        await framework.Stream.WaitForEndAsync();
        (await ReadAsync(http, "GET_FRAMEWORKS"))["get_frameworks"]!["completed_frameworks"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_operator_marks_an_agent_gone_and_its_tasks_with_it()
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        await FaultTests.RunAsync(framework, agent, "t1");

        var status = await PostAsync(http, $$"""{"type":"MARK_AGENT_GONE","mark_agent_gone":{"agent_id":{"value":"{{agent.Id}}"} } }""");

        status.ShouldBe(HttpStatusCode.OK);
        var (gone, place) = await framework.WaitForStatusAsync("t1", "TASK_GONE_BY_OPERATOR");
        ((string?)gone["reason"]).ShouldBe("REASON_AGENT_REMOVED_BY_OPERATOR");
        await agent.WaitAsync(told => told.Shutdown is not null);
        await framework.CallAsync($$"""{"type":"RECONCILE","reconcile":{"tasks":[{"task_id":{"value":"other"},"agent_id":{"value":"{{agent.Id}}"} }]} }""");
        await framework.WaitForStatusAsync("other", "TASK_GONE_BY_OPERATOR", place);
    }

    private static async Task<JsonNode> ReadAsync(HttpClient http, string type)
    {
        using var answer = await http.PostAsync("/api/v1", new StringContent($$"""{"type":"{{type}}"}""", Encoding.UTF8, "application/json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, type);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient http, string body)
    {
        using var answer = await http.PostAsync("/api/v1", new StringContent(body, Encoding.UTF8, "application/json"));
        return answer.StatusCode;
    }

    private static double Amount(JsonNode resources, string name) => resources.AsArray()
        .Single(resource => (string?)resource!["name"] == name)!["scalar"]!["value"]!.GetValue<double>();
}
