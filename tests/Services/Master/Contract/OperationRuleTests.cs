using System.Net;
using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Tests.Master.Contract;

/// <summary>What may be made of an offer beside tasks.</summary>
public sealed class OperationRuleTests
{
    private const string Reserve = $$"""{"id":{"value":"reserve"},"type":"RESERVE","reserve":{"resources":[{{OperationTests.Reserved}}]} }""";

    private const string Volume = """
        {"name":"disk","type":"SCALAR","scalar":{"value":64},"allocation_info":{"role":"analytics"},"reservations":[{"type":"DYNAMIC","role":"analytics"}],"disk":{"persistence":{"id":"v"},"volume":{"mode":"RW","container_path":"data"} } }
        """;

    private const string Create = $$"""{"id":{"value":"create"},"type":"CREATE","create":{"volumes":[{{Volume}}]} }""";
    private const string Destroy = $$"""{"id":{"value":"destroy"},"type":"DESTROY","destroy":{"volumes":[{{Volume}}]} }""";

    private static readonly string Half = OperationTests.Reserved.Replace("64", "32", StringComparison.Ordinal);

    [Fact]
    public async Task A_part_of_what_is_reserved_may_be_unreserved()
    {
        await using var pool = await ReadyAsync();
        var place = await DoneAsync(pool, 0, Reserve);

        await DoneAsync(pool, place, $$"""{"id":{"value":"half"},"type":"UNRESERVE","unreserve":{"resources":[{{Half}}]} }""");

        var (offer, _) = await pool.Framework.WaitForOfferAsync(pool.Framework.LastOfferUsed);
        offer["resources"]!.AsArray().Single(resource => resource!["reservations"] is not null)!["scalar"]!["value"]!.GetValue<double>().ShouldBe(32);
    }

    [Fact]
    public async Task What_holds_a_volume_is_not_unreserved()
    {
        await using var pool = await ReadyAsync();
        var place = await DoneAsync(pool, 0, Reserve + "," + Create);

        await RefusedAsync(pool, place, $$"""{"id":{"value":"all"},"type":"UNRESERVE","unreserve":{"resources":[{{OperationTests.Reserved}}]} }""", "all");
    }

    [Fact]
    public async Task A_volume_is_made_on_reserved_disk_alone()
    {
        await using var pool = await ReadyAsync();

        await RefusedAsync(pool, 0, Create, "create");
    }

    [Fact]
    public async Task A_volume_is_not_destroyed_while_a_task_uses_it()
    {
        await using var pool = await ReadyAsync();
        var place = await DoneAsync(pool, 0, Reserve + "," + Create);
        var (offer, _) = await pool.Framework.WaitForOfferAsync(place);

        await pool.AcceptAsync(offer, $$"""
            {"type":"LAUNCH","launch":{"task_infos":[{"name":"t","task_id":{"value":"t"},"agent_id":{{offer["agent_id"]!.ToJsonString()}},"command":{"value":"sleep 300"},
            "resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":0.1} },{"name":"mem","type":"SCALAR","scalar":{"value":32} },{{Volume}}]}]} },{{Destroy}}
            """);

        (await StateOfAsync(pool, "destroy")).ShouldBe("OPERATION_ERROR");
    }

    [Fact]
    public async Task An_operation_with_an_id_is_told_until_its_uuid_is_acknowledged()
    {
        await using var pool = await ReadyAsync();
        var (offer, _) = await pool.Framework.WaitForOfferAsync();
        await pool.AcceptAsync(offer, Reserve);
        var (told, _) = await pool.Framework.Stream.WaitForTypeAsync("UPDATE_OPERATION_STATUS");
        var status = told["update_operation_status"]!["status"]!;

        ((string?)status["uuid"]!["value"]).ShouldNotBeNullOrEmpty();
        (await pool.AskAsync("""{"type":"GET_OPERATIONS"}"""))!["get_operations"]!["operations"]!.AsArray().Count.ShouldBe(1);
        (await pool.Framework.CallAsync($$"""
            {"type":"ACKNOWLEDGE_OPERATION_STATUS","acknowledge_operation_status":{"agent_id":{{offer["agent_id"]!.ToJsonString()}},"operation_id":{"value":"reserve"},"uuid":{{status["uuid"]!["value"]!.ToJsonString()}} } }
            """)).ShouldBe(HttpStatusCode.Accepted);
        (await pool.AskAsync("""{"type":"GET_OPERATIONS"}"""))!["get_operations"]!["operations"].ShouldBeNull();
    }

    [Fact]
    public async Task A_status_without_a_uuid_is_not_to_be_acknowledged()
    {
        await using var pool = await ReadyAsync();
        var place = await DoneAsync(pool, 0, Reserve);

        (await pool.Framework.CallAsync("""{"type":"RECONCILE_OPERATIONS","reconcile_operations":{"operations":[{"operation_id":{"value":"never"} }]} }""")).ShouldBe(HttpStatusCode.Accepted);

        var (told, _) = await pool.Framework.Stream.WaitAsync(happened => (string?)happened["update_operation_status"]?["status"]?["operation_id"]?["value"] == "never", place);
        told["update_operation_status"]!["status"]!["uuid"].ShouldBeNull();
    }

    /// <summary>Its agent carries operations out at once.</summary>
    private static async Task<RuledPool> ReadyAsync()
    {
        var pool = await RuledPool.StartAsync();
        pool.Agent.OnOperation = (agent, asked) => agent.SendAsync(new AgentCall
        {
            Type = AgentCall.Types.Type.UpdateOperation, UpdateOperation = new() { Uuid = asked.Uuid, State = OperationState.OperationFinished },
        });
        return pool;
    }

    /// <summary>Where in the stream to look for the next offer.</summary>
    private static async Task<int> DoneAsync(RuledPool pool, int from, string operations)
    {
        var (offer, place) = await pool.Framework.WaitForOfferAsync(from);
        await pool.AcceptAsync(offer, operations);
        foreach (var operation in JsonNode.Parse($"[{operations}]")!.AsArray())
            (await StateOfAsync(pool, (string)operation!["id"]!["value"]!)).ShouldBe("OPERATION_FINISHED");
        return pool.Framework.LastOfferUsed = place + 1;
    }

    private static async Task RefusedAsync(RuledPool pool, int from, string operation, string id)
    {
        var (offer, _) = await pool.Framework.WaitForOfferAsync(from);
        (await pool.AcceptAsync(offer, operation)).ShouldBe(HttpStatusCode.Accepted);
        (await StateOfAsync(pool, id)).ShouldBe("OPERATION_ERROR");
    }

    private static async Task<string?> StateOfAsync(RuledPool pool, string id)
    {
        var (told, _) = await pool.Framework.Stream.WaitAsync(happened => (string?)happened["update_operation_status"]?["status"]?["operation_id"]?["value"] == id);
        return (string?)told["update_operation_status"]!["status"]!["state"];
    }
}
