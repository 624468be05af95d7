using System.Net;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master;

/// <summary>What this master can't do yet is refused in the words of the API, never passed over.</summary>
public sealed class RefusedOperationTests
{
    private const string Reserved = """
        {"name":"disk","type":"SCALAR","scalar":{"value":64},"allocation_info":{"role":"analytics"},"reservations":[{"type":"DYNAMIC","role":"analytics"}]}
        """;

    [Theory]
    [InlineData("""{"type":"RESERVE","reserve":{"resources":[RESERVED]}}""")]
    [InlineData("""{"id":{"value":"op-1"},"type":"RESERVE","reserve":{"resources":[RESERVED]}}""")]
    [InlineData("""{"type":"UNRESERVE","unreserve":{"resources":[RESERVED]}}""")]
    [InlineData("""{"type":"CREATE","create":{"volumes":[RESERVED]}}""")]
    [InlineData("""{"type":"DESTROY","destroy":{"volumes":[RESERVED]}}""")]
    public async Task Answers_an_operation_on_resources_with_an_error(string operation)
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        var (offer, _) = await framework.WaitForOfferAsync();

        var status = await framework.CallAsync(
            $$"""{"type":"ACCEPT","accept":{"offer_ids":[{{offer["id"]!.ToJsonString()}}],"operations":[{{operation.Replace("RESERVED", Reserved)}}]} }""");

        status.ShouldBe(HttpStatusCode.Accepted);
        var (told, _) = await framework.Stream.WaitForTypeAsync("UPDATE_OPERATION_STATUS");
        var refused = told["update_operation_status"]!["status"]!;
        ((string?)refused["state"]).ShouldBe("OPERATION_ERROR");
        ((string?)refused["operation_id"]?["value"]).ShouldBe(operation.Contains("op-1") ? "op-1" : null);
        ((string?)refused["message"]).ShouldNotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("""{"type":"LAUNCH_GROUP","launch_group":{"executor":{"executor_id":{"value":"pod"}},"task_group":{"tasks":[TASK]}}}""", "REASON_TASK_GROUP_INVALID", "")]
    [InlineData("""{"type":"LAUNCH","launch":{"task_infos":[TASK]}}""", "REASON_TASK_INVALID", ""","executor":{"executor_id":{"value":"mine"},"command":{"value":"true"}}""")]
    public async Task Answers_pods_and_executors_with_an_error_of_the_task(string operation, string reason, string more)
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        var (offer, _) = await framework.WaitForOfferAsync();
        var task = $$"""
            {"name":"t","task_id":{"value":"t"},"agent_id":{"value":"{{agent.Id}}"},"resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":0.1} }]{{more}} }
            """;

        await framework.CallAsync(
            $$"""{"type":"ACCEPT","accept":{"offer_ids":[{{offer["id"]!.ToJsonString()}}],"operations":[{{operation.Replace("TASK]", task + "]")}}]} }""");

        var (status, _) = await framework.WaitForStatusAsync("t", "TASK_ERROR");
        ((string?)status["reason"]).ShouldBe(reason);
        agent.Events.ShouldAllBe(told => told.RunTask == null);
    }
}
