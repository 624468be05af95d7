using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master;

/// <summary>What this master can't do yet is refused in the words of the API, never passed over.</summary>
public sealed class RefusedOperationTests
{
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
