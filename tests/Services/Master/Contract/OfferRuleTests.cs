using System.Net;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master.Contract;

/// <summary>What offers hold, how they end, and how long what was refused stays away.</summary>
public sealed class OfferRuleTests
{
    private const string Task = """
        {"name":"t","task_id":{"value":"ID"},"agent_id":AGENT,"command":{"value":"sleep 300"},"resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":0.1} },{"name":"mem","type":"SCALAR","scalar":{"value":32} }]}
        """;

    [Fact]
    public async Task An_offer_holds_one_agent_s_resources_for_one_role_stamped_with_it()
    {
        await using var pool = await RuledPool.StartAsync();

        var (offer, _) = await pool.Framework.WaitForOfferAsync();

        ((string?)offer["agent_id"]!["value"]).ShouldBe(pool.Agent.Id);
        ((string?)offer["allocation_info"]!["role"]).ShouldBe("analytics");
        offer["resources"]!.AsArray().ShouldAllBe(resource => (string?)resource!["allocation_info"]!["role"] == "analytics");
        ((string)offer["id"]!["value"]!).ShouldMatch("-O[0-9]+$");
        pool.Agent.Id.ShouldMatch("-S[0-9]+$");
    }

    [Fact]
    public async Task An_offer_is_rescinded_when_its_agent_is_lost()
    {
        await using var pool = await RuledPool.StartAsync();
        var (offer, _) = await pool.Framework.WaitForOfferAsync();

        await pool.Agent.DisconnectAsync();

        await RescindedAsync(pool, offer);
    }

    [Fact]
    public async Task An_offer_is_rescinded_when_a_quota_no_longer_allows_it()
    {
        await using var pool = await RuledPool.StartAsync();
        var (offer, _) = await pool.Framework.WaitForOfferAsync();

        await pool.AskAsync("""{"type":"UPDATE_QUOTA","update_quota":{"quota_configs":[{"role":"analytics","limits":{"cpus":{"value":1} } }]} }""");

        await RescindedAsync(pool, offer);
    }

    [Fact]
    public async Task An_offer_is_rescinded_when_its_framework_leaves_the_role()
    {
        await using var pool = await RuledPool.StartAsync();
        var (offer, _) = await pool.Framework.WaitForOfferAsync();
        var info = SubscriptionTests.Subscribe(pool.Framework.Id)["subscribe"]!["framework_info"]!.DeepClone();
        info["roles"] = new JsonArray("another");

        (await pool.Framework.CallAsync(new JsonObject { ["type"] = "UPDATE_FRAMEWORK", ["update_framework"] = new JsonObject { ["framework_info"] = info } })).ShouldBe(HttpStatusCode.OK);

        await RescindedAsync(pool, offer);
    }

    [Theory]
    [InlineData("PARTITION_AWARE", "TASK_DROPPED")]
    [InlineData("MULTI_ROLE", "TASK_LOST")]
    public async Task One_invalid_offer_discards_all_and_the_tasks_with_them(string capability, string state)
    {
        var subscribe = SubscriptionTests.Subscribe();
        subscribe["subscribe"]!["framework_info"]!["capabilities"] = JsonNode.Parse($$"""[{"type":"MULTI_ROLE"},{"type":"{{capability}}"}]""");
        await using var pool = await RuledPool.StartAsync(subscribe);
        var (offer, place) = await pool.Framework.WaitForOfferAsync();

        (await pool.Framework.CallAsync($$"""
            {"type":"ACCEPT","accept":{"offer_ids":[{{offer["id"]!.ToJsonString()}},{"value":"unknown"}],"filters":{"refuse_seconds":0},
            "operations":[{"type":"LAUNCH","launch":{"task_infos":[{{Info(offer, "t")}}]} },{"id":{"value":"op"},"type":"RESERVE","reserve":{"resources":[{{OperationTests.Reserved}}]} }]} }
            """)).ShouldBe(HttpStatusCode.Accepted);

        var (status, _) = await pool.Framework.WaitForStatusAsync("t", state);
        ((string?)status["reason"]).ShouldBe("REASON_INVALID_OFFERS");
        var (failed, _) = await pool.Framework.Stream.WaitForTypeAsync("UPDATE_OPERATION_STATUS");
        ((string?)failed["update_operation_status"]!["status"]!["state"]).ShouldBe("OPERATION_ERROR");
        var (again, _) = await pool.Framework.WaitForOfferAsync(place + 1);
        RuledPool.Amount(again, "cpus").ShouldBe(64);
    }

    [Fact]
    public async Task Offers_of_two_agents_are_not_accepted_in_one_call()
    {
        await using var pool = await RuledPool.StartAsync();
        await using var other = new FakeAgent(pool.Master.Endpoint, hostname: "other");
        await other.RegisterAsync();
        var offers = new Dictionary<string, JsonNode>();
        for (var from = 0; offers.Count < 2;)
        {
            (var happened, from) = await pool.Framework.Stream.WaitForTypeAsync("OFFERS", from);
            from++;
            foreach (var each in happened["offers"]!["offers"]!.AsArray())
                offers[(string)each!["agent_id"]!["value"]!] = each;
        }

        (await pool.Framework.CallAsync($$"""
            {"type":"ACCEPT","accept":{"offer_ids":[{{string.Join(',', offers.Values.Select(offer => offer["id"]!.ToJsonString()))}}],"operations":[{"type":"LAUNCH","launch":{"task_infos":[{{Info(offers[other.Id], "t")}}]} }]} }
            """)).ShouldBe(HttpStatusCode.Accepted);

        await pool.Framework.WaitForStatusAsync("t", "TASK_DROPPED");
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"type":"LAUNCH","launch":{"task_infos":[]} }""")]
    public async Task Accepting_without_a_task_is_declining(string operations)
    {
        await using var pool = await RuledPool.StartAsync();
        var (offer, place) = await pool.Framework.WaitForOfferAsync();

        (await pool.AcceptAsync(offer, operations)).ShouldBe(HttpStatusCode.Accepted);

        var (again, _) = await pool.Framework.WaitForOfferAsync(place + 1);
        RuledPool.Amount(again, "cpus").ShouldBe(64);
    }

    [Fact]
    public async Task Declining_nothing_is_allowed()
    {
        await using var pool = await RuledPool.StartAsync();

        (await pool.Framework.CallAsync("""{"type":"DECLINE","decline":{"offer_ids":[]} }""")).ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task What_is_left_over_counts_as_declined_with_the_filters()
    {
        await using var pool = await RuledPool.StartAsync();
        var (offer, place) = await pool.Framework.WaitForOfferAsync();

        await pool.AcceptAsync(offer, $$"""{"type":"LAUNCH","launch":{"task_infos":[{{Info(offer, "t")}}]} }""", refuseSeconds: 3600);

        await pool.Framework.WaitForStatusAsync("t", "TASK_RUNNING");
        (await pool.Framework.CallAsync("""{"type":"REVIVE"}""")).ShouldBe(HttpStatusCode.Accepted);
        var (rest, _) = await pool.Framework.WaitForOfferAsync(place + 1);
        RuledPool.Amount(rest, "cpus").ShouldBe(63.9);
        // It came with the revival, not before.
        pool.Framework.Stream.Events.Count(happened => (string?)happened["type"] == "OFFERS").ShouldBe(2);
    }

    [Theory]
    [InlineData(null, 5)]
    [InlineData("""{"refuse_seconds":-1}""", 5)]
    [InlineData("""{"refuse_seconds":0}""", 0)]
    [InlineData("""{"refuse_seconds":1e300}""", 31_536_000)]
    public async Task A_refusal_lasts_five_seconds_unless_it_says_how_long_and_a_year_at_most(string? filters, double seconds)
    {
        await using var pool = await RuledPool.StartAsync();
        var (offer, place) = await pool.Framework.WaitForOfferAsync();
        var declined = DateTimeOffset.UtcNow;

        (await pool.DeclineAsync(offer, filters)).ShouldBe(HttpStatusCode.Accepted);

        if (seconds == 0)
        {
            await pool.Framework.WaitForOfferAsync(place + 1);
            return;
        }

        var change = (await pool.WhyAsync())["changes"]!.AsArray().Single(each => (string?)each!["type"] == "REFUSAL_ENDS")!;
        var until = DateTimeOffset.UnixEpoch.AddTicks((long)change["at"]!["nanoseconds"]! / 100);
        (until - declined).TotalSeconds.ShouldBeInRange(seconds - 2, seconds + 2);
    }

    [Fact]
    public async Task A_filter_hides_only_what_is_no_more_than_what_was_refused()
    {
        await using var pool = await RuledPool.StartAsync();
        var (offer, place) = await pool.Framework.WaitForOfferAsync();
        await pool.AcceptAsync(offer, $$"""{"type":"LAUNCH","launch":{"task_infos":[{{Info(offer, "t")}}]} }""", refuseSeconds: 3600);
        var (running, _) = await pool.Framework.WaitForStatusAsync("t", "TASK_RUNNING");
        await pool.Framework.AcknowledgeAsync(running);

        // More is free than was refused as soon as the task is over.
        var framework = pool.Agent.Tasks["t"].FrameworkId;
        await pool.Agent.UpdateAsync(framework, pool.Agent.Status("t", DataPlatform.Core.Protocol.Mesos.TaskState.TaskFinished));

        var (whole, _) = await pool.Framework.WaitForOfferAsync(place + 1);
        RuledPool.Amount(whole, "cpus").ShouldBe(64);
    }

    [Theory]
    [InlineData("""{"type":"SUPPRESS"}""")]
    [InlineData("""{"type":"SUPPRESS","suppress":{"roles":["analytics"]} }""")]
    public async Task Suppression_of_a_role_or_of_all_lasts_until_REVIVE_which_clears_filters_too(string suppress)
    {
        await using var pool = await RuledPool.StartAsync();
        var (offer, place) = await pool.Framework.WaitForOfferAsync();
        (await pool.Framework.CallAsync(suppress)).ShouldBe(HttpStatusCode.Accepted);
        await pool.DeclineAsync(offer, """{"refuse_seconds":3600}""");
        await using var other = new FakeAgent(pool.Master.Endpoint, hostname: "other");
        await other.RegisterAsync();
        (await pool.WhyAsync())["changes"]!.AsArray().ShouldContain(change => (string?)change!["type"] == "FRAMEWORK_REVIVES");
        pool.Framework.Stream.Events.Skip(place + 1).ShouldNotContain(happened => (string?)happened["type"] == "OFFERS");

        (await pool.Framework.CallAsync("""{"type":"REVIVE"}""")).ShouldBe(HttpStatusCode.Accepted);

        var agents = new HashSet<string>();
        for (var from = place + 1; agents.Count < 2; from++)
        {
            (var happened, from) = await pool.Framework.Stream.WaitForTypeAsync("OFFERS", from);
            agents.UnionWith(happened["offers"]!["offers"]!.AsArray().Select(each => (string)each!["agent_id"]!["value"]!));
        }

        agents.ShouldBe([pool.Agent.Id, other.Id], ignoreOrder: true);
    }

    [Fact]
    public async Task REQUEST_is_taken_and_changes_nothing()
    {
        await using var pool = await RuledPool.StartAsync();

        (await pool.Framework.CallAsync("""{"type":"REQUEST","request":{"requests":[{"resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":1} }]}]} }""")).ShouldBe(HttpStatusCode.Accepted);
    }

    private static string Info(JsonNode offer, string id) =>
        Task.Replace("ID", id, StringComparison.Ordinal).Replace("AGENT", offer["agent_id"]!.ToJsonString(), StringComparison.Ordinal);

    private static async Task RescindedAsync(RuledPool pool, JsonNode offer) =>
        await pool.Framework.Stream.WaitAsync(happened => (string?)happened["type"] == "RESCIND" && (string?)happened["rescind"]!["offer_id"]!["value"] == (string?)offer["id"]!["value"]);
}
