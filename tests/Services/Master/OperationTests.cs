using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Services.Tests.Master;

/// <summary>Reservations and volumes over the wire, as the recorded exchanges of a real Mesos have them.</summary>
public sealed class OperationTests
{
    internal const string Reserved = """
        {"name":"disk","type":"SCALAR","scalar":{"value":64},"allocation_info":{"role":"analytics"},"reservations":[{"type":"DYNAMIC","role":"analytics"}]}
        """;

    private const string Volume = """
        {"name":"disk","type":"SCALAR","scalar":{"value":64},"allocation_info":{"role":"analytics"},"reservations":[{"type":"DYNAMIC","role":"analytics"}],"disk":{"persistence":{"id":"volume-1"},"volume":{"mode":"RW","container_path":"data"}}}
        """;

    [Fact]
    public async Task Reserves_creates_and_offers_the_volume_in_the_next_offer()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        var (offer, place) = await framework.WaitForOfferAsync();

        await AcceptAsync(framework, offer, $$"""{"type":"RESERVE","reserve":{"resources":[{{Reserved}}]} },{"type":"CREATE","create":{"volumes":[{{Volume}}]} }""");

        var created = (await agent.WaitAsync(told => told.ApplyOperation?.Info.Create is not null)).ApplyOperation;
        var (next, _) = await framework.WaitForOfferAsync(place + 1);
        var volume = next["resources"]!.AsArray().Single(resource => resource!["disk"] is not null)!;
        JsonNode.DeepEquals(volume, Expected(Volume)).ShouldBeTrue(volume.ToJsonString());
        created.ConvertedResources.ToBag().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Tells_how_an_operation_with_an_id_ended_and_stops_when_that_is_acknowledged()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        var (offer, _) = await framework.WaitForOfferAsync();
        await AcceptAsync(framework, offer, $$"""{"id":{"value":"op-1"},"type":"RESERVE","reserve":{"resources":[{{Reserved}}]} }""");
        var asked = (await agent.WaitAsync(told => told.ApplyOperation is not null)).ApplyOperation;

        (await agent.SendAsync(new AgentCall
        {
            Type = AgentCall.Types.Type.UpdateOperation,
            UpdateOperation = new() { Uuid = asked.Uuid, State = OperationState.OperationFinished },
        })).ShouldBe(HttpStatusCode.Accepted);

        var (told, _) = await framework.Stream.WaitForTypeAsync("UPDATE_OPERATION_STATUS");
        var status = told["update_operation_status"]!["status"]!;
        status.AsObject().Select(member => member.Key).ShouldBe(["operation_id", "state", "uuid", "agent_id"], ignoreOrder: true);
        ((string?)status["state"], (string?)status["operation_id"]!["value"]).ShouldBe(("OPERATION_FINISHED", "op-1"));
        (await GetOperationsAsync(master.Endpoint)).Count.ShouldBe(1);
        (await framework.CallAsync($$"""
            {"type":"ACKNOWLEDGE_OPERATION_STATUS","acknowledge_operation_status":{"agent_id":{"value":"{{agent.Id}}"},"operation_id":{"value":"op-1"},"uuid":{{status["uuid"]!["value"]!.ToJsonString()}}} }
            """)).ShouldBe(HttpStatusCode.Accepted);
        (await GetOperationsAsync(master.Endpoint)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("64", null, HttpStatusCode.Accepted)]
    [InlineData("64000000", null, HttpStatusCode.Conflict)]
    [InlineData("64", "elsewhere", HttpStatusCode.BadRequest)]
    public async Task Answers_an_operator_who_reserves_as_Mesos_does(string amount, string? agentId, HttpStatusCode expected)
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();

        var status = await OperatorAsync(master.Endpoint, $$"""
            {"type":"RESERVE_RESOURCES","reserve_resources":{"agent_id":{"value":"{{agentId ?? agent.Id}}"},"resources":[{"name":"mem","type":"SCALAR","scalar":{"value":{{amount}}},"reservations":[{"type":"DYNAMIC","role":"ops"}]}]} }
            """);

        status.ShouldBe(expected);
    }

    [Fact]
    public async Task What_is_reserved_outlives_master_and_agent()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        var reserve = $$"""
            {"type":"RESERVE_RESOURCES","reserve_resources":{"agent_id":{"value":"{{agent.Id}}"},"resources":[{"name":"mem","type":"SCALAR","scalar":{"value":64},"reservations":[{"type":"DYNAMIC","role":"ops"}]}]} }
            """;
        (await OperatorAsync(master.Endpoint, reserve)).ShouldBe(HttpStatusCode.Accepted);
        await agent.DisconnectAsync();
        await master.KillAsync();
        await master.StartAgainAsync();

        await using var again = new FakeAgent(master.Endpoint) { Info = { Id = agent.Info.Id } };
        var registered = (await again.RegisterAsync()).Registered;

        registered.ConvertedResources.ShouldHaveSingleItem().Reservations.ShouldHaveSingleItem().Role.ShouldBe("ops");
        (await OperatorAsync(master.Endpoint, reserve.Replace("RESERVE_RESOURCES", "UNRESERVE_RESOURCES").Replace("reserve_resources", "unreserve_resources")))
            .ShouldBe(HttpStatusCode.Accepted);
    }

    private static Task<HttpStatusCode> AcceptAsync(TestFramework framework, JsonNode offer, string operations) => framework.CallAsync(
        $$"""{"type":"ACCEPT","accept":{"offer_ids":[{{offer["id"]!.ToJsonString()}}],"operations":[{{operations}}],"filters":{"refuse_seconds":0} } }""");

    private static JsonNode Expected(string resource)
    {
        var expected = JsonNode.Parse(resource)!;
        expected["scalar"]!["value"] = 64.0;
        return expected;
    }

    private static async Task<HttpStatusCode> OperatorAsync(Uri master, string call)
    {
        using var http = new HttpClient();
        using var content = new StringContent(call, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri(master, "/api/v1"), content);
        return answer.StatusCode;
    }

    private static async Task<JsonArray> GetOperationsAsync(Uri master)
    {
        using var http = new HttpClient();
        using var content = new StringContent("""{"type":"GET_OPERATIONS"}""", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri(master, "/api/v1"), content);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["get_operations"]!["operations"]?.AsArray() ?? [];
    }
}
