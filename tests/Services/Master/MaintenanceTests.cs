using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol.Link;

namespace DataPlatform.Services.Tests.Master;

/// <summary>Maintenance windows over the wire, with a real master.</summary>
public sealed class MaintenanceTests
{
    private const string Here = """{"hostname":"127.0.0.1","ip":"127.0.0.1"}""";
    private const string Window = $$"""{"machine_ids":[{{Here}}],"unavailability":{"start":{"nanoseconds":1795409164740756224},"duration":{"nanoseconds":3600000000000} } }""";

    [Fact]
    public async Task Answers_and_tells_as_the_recorded_Mesos()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        var (_, first) = await framework.WaitForOfferAsync();
        await FaultTests.RunAsync(framework, agent, "t1");
        // What the launch left over.
        await framework.WaitForOfferAsync(first + 1);
        var before = framework.Stream.Events.Count;
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        var lines = Recording.Read("maintenance.jsonl");
        var compared = 0;

        foreach (var line in lines.Where(line => line["request"] is not null))
        {
            var name = (string)line["name"]!;
            using var answer = await http.SendAsync(Request(line["request"]!));

            ((int)answer.StatusCode).ShouldBe((int)line["status"]!, name);
            answer.Content.Headers.ContentType?.MediaType.ShouldBe((string?)line["content_type"], name);
            if (line["body"] is { } body)
            {
                var own = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
                // Mesos says nothing of frameworks that have not answered; this master says UNKNOWN.
                own["get_maintenance_status"]?["status"]?["draining_machines"]?[0]?.AsObject().Remove("statuses");
                Recording.Comparable(own).ShouldBe(Recording.Comparable(body), name);
            }

            if (name == "maintenance schedule")
                await framework.Stream.WaitForTypeAsync("INVERSE_OFFERS", before);
            compared++;
        }

        compared.ShouldBe(8);
        var (_, rescinded) = await framework.Stream.WaitForTypeAsync("RESCIND_INVERSE_OFFER", before);
        await framework.Stream.WaitForTypeAsync("OFFERS", rescinded);
        var recorded = lines.Where(line => line["event"] is not null).Select(line => line["event"]!).ToList();
        var told = framework.Stream.Events.Skip(before).Where(happened => (string?)happened["type"] != "HEARTBEAT").ToList();
        Types(told).ShouldBe(Types(recorded));
        Comparable(told).ShouldBe(Comparable(recorded));
    }

    [Fact]
    public async Task A_host_is_announced_emptied_taken_down_and_brought_back()
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        await FaultTests.RunAsync(framework, agent, "t1");

        (await CallAsync(http, $$"""{"type":"UPDATE_MAINTENANCE_SCHEDULE","update_maintenance_schedule":{"schedule":{"windows":[{{Window}}]} } }""")).Status.ShouldBe(HttpStatusCode.OK);
        var (asked, place) = await framework.Stream.WaitForTypeAsync("INVERSE_OFFERS");
        (await AnswersAsync(http)).ShouldBe([("UNKNOWN", framework.Id)]);
        (await framework.CallAsync($$"""{"type":"DECLINE_INVERSE_OFFERS","decline_inverse_offers":{"inverse_offer_ids":[{{IdOf(asked)}}],"filters":{"refuse_seconds":0.01} } }""")).ShouldBe(HttpStatusCode.Accepted);
        (asked, _) = await framework.Stream.WaitForTypeAsync("INVERSE_OFFERS", place + 1);
        (await AnswersAsync(http)).ShouldBe([("DECLINE", framework.Id)]);
        (await framework.CallAsync($$"""{"type":"ACCEPT_INVERSE_OFFERS","accept_inverse_offers":{"inverse_offer_ids":[{{IdOf(asked)}}] } }""")).ShouldBe(HttpStatusCode.Accepted);
        (await AnswersAsync(http)).ShouldBe([("ACCEPT", framework.Id)]);

        (await CallAsync(http, $$"""{"type":"START_MAINTENANCE","start_maintenance":{"machines":[{{Here}}]} }""")).Status.ShouldBe(HttpStatusCode.OK);

        var (gone, _) = await framework.WaitForStatusAsync("t1", "TASK_GONE");
        gone["reason"]!.GetValue<string>().ShouldBe("REASON_AGENT_REMOVED");
        await agent.WaitAsync(told => told.Shutdown is not null);
        await agent.DisconnectAsync();

        await master.KillAsync();
        await master.StartAgainAsync();

        JsonNode.DeepEquals((await StatusAsync(http))["down_machines"], JsonNode.Parse($"[{Here}]")).ShouldBeTrue();
        await using var early = new FakeAgent(master.Endpoint);
        (await early.RegisterAsync()).Type.ShouldBe(AgentEvent.Types.Type.Shutdown);
        (await CallAsync(http, $$"""{"type":"STOP_MAINTENANCE","stop_maintenance":{"machines":[{{Here}}]} }""")).Status.ShouldBe(HttpStatusCode.OK);
        await using var fresh = new FakeAgent(master.Endpoint);
        (await fresh.RegisterAsync()).Type.ShouldBe(AgentEvent.Types.Type.Registered);
        (await StatusAsync(http)).AsObject().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"type":"START_MAINTENANCE"}""", "missing")]
    [InlineData("""{"type":"START_MAINTENANCE","start_maintenance":{"machines":[]} }""", "machines is empty")]
    [InlineData("""{"type":"STOP_MAINTENANCE","stop_maintenance":{"machines":[{"hostname":"elsewhere"}]} }""", "'elsewhere' is not part")]
    [InlineData("""{"type":"UPDATE_MAINTENANCE_SCHEDULE","update_maintenance_schedule":{} }""", "schedule")]
    [InlineData("""{"type":"UPDATE_MAINTENANCE_SCHEDULE","update_maintenance_schedule":{"schedule":{"windows":[{"machine_ids":[{}],"unavailability":{"start":{"nanoseconds":1} } }]} } }""", "neither hostname nor ip")]
    public async Task A_call_that_makes_no_sense_is_refused_with_the_reason(string call, string why)
    {
        await using var master = await MasterProcess.StartAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };

        var (status, text) = await CallAsync(http, call);

        status.ShouldBe(HttpStatusCode.BadRequest);
        text.ShouldContain(why);
    }

    internal static async Task<(HttpStatusCode Status, string Text)> CallAsync(HttpClient http, string body, string path = "/api/v1")
    {
        using var answer = await http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<JsonNode> StatusAsync(HttpClient http) =>
        JsonNode.Parse((await CallAsync(http, """{"type":"GET_MAINTENANCE_STATUS"}""")).Text)!["get_maintenance_status"]!["status"]!;

    private static async Task<List<(string Status, string Framework)>> AnswersAsync(HttpClient http) =>
    [
        .. (await StatusAsync(http))["draining_machines"]![0]!["statuses"]!.AsArray()
            .Select(status => ((string)status!["status"]!, (string)status["framework_id"]!["value"]!)),
    ];

    private static string IdOf(JsonNode asked) => asked["inverse_offers"]!["inverse_offers"]![0]!["id"]!.ToJsonString();

    /// <summary>The order of what was told; how many offers Mesos made at once depends on its roles.</summary>
    private static List<string> Types(IEnumerable<JsonNode> told)
    {
        var types = new List<string>();
        foreach (var type in told.Select(happened => (string)happened["type"]!))
        {
            if (types.Count == 0 || types[^1] != type)
                types.Add(type);
        }

        return types;
    }

    private static List<string> Comparable(IEnumerable<JsonNode> told)
    {
        var events = told.Where(happened => ((string)happened["type"]!).Contains("INVERSE", StringComparison.Ordinal)).ToList();
        var asked = events.Single(happened => happened["inverse_offers"] is not null)["inverse_offers"]!["inverse_offers"]![0]!;
        (string, string)[] ids = [(Id("id"), "the offer"), (Id("framework_id"), "the framework"), (Id("agent_id"), "the agent")];
        return [.. events.Select(happened => Recording.Comparable(happened, ids))];

        string Id(string member) => (string)asked[member]!["value"]!;
    }

    private static HttpRequestMessage Request(JsonNode recorded)
    {
        var request = new HttpRequestMessage(new HttpMethod((string)recorded["method"]!), (string)recorded["path"]!);
        request.Headers.Accept.ParseAdd("application/json");
        if (recorded["body"] is { } body)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return request;
    }
}
