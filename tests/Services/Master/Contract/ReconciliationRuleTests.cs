using System.Net;
using System.Text.Json.Nodes;

namespace DataPlatform.Services.Tests.Master.Contract;

/// <summary>What a framework hears of the tasks it asks after, in the order in which the rules are tried.</summary>
public sealed class ReconciliationRuleTests
{
    [Fact]
    public async Task Asked_for_nothing_in_particular_it_tells_the_latest_state_of_every_task()
    {
        await using var pool = await RuledPool.StartAsync();
        var place = await pool.RunAsync(0, "t", "u");

        (await pool.Framework.CallAsync("""{"type":"RECONCILE","reconcile":{"tasks":[]} }""")).ShouldBe(HttpStatusCode.Accepted);

        await ToldAsync(pool, "t", "TASK_RUNNING", place + 1);
        await ToldAsync(pool, "u", "TASK_RUNNING", place + 1);
    }

    [Fact]
    public async Task A_task_that_is_known_has_its_latest_state_whatever_agent_is_named()
    {
        await using var pool = await RuledPool.StartAsync();
        var place = await pool.RunAsync(0, "t");

        await AskAsync(pool, "t", "another");

        await ToldAsync(pool, "t", "TASK_RUNNING", place + 1);
    }

    [Fact]
    public async Task Of_an_agent_that_has_not_come_back_to_this_master_it_says_nothing()
    {
        await using var pool = await RuledPool.StartAsync();
        await pool.RunAsync(0, "t");
        var agent = pool.Agent.Id;
        await pool.Agent.DisconnectAsync();
        await pool.Master.KillAsync();
        await pool.Master.StartAgainAsync();
        await using var framework = await TestFramework.SubscribeAsync(pool.Master.Endpoint, SubscriptionTests.Subscribe(pool.Framework.Id));

        await framework.CallAsync($$"""{"type":"RECONCILE","reconcile":{"tasks":[{"task_id":{"value":"t"},"agent_id":{"value":"{{agent}}"} },{"task_id":{"value":"t"} }]} }""");
        await framework.CallAsync("""{"type":"RECONCILE","reconcile":{"tasks":[{"task_id":{"value":"after"},"agent_id":{"value":"unheard"} }]} }""");

        // The answers come in the order of the questions: whatever there was to say is said by now.
        await framework.WaitForStatusAsync("after", "TASK_UNKNOWN");
        framework.Stream.Events.ShouldNotContain(happened => (happened["update"] == null ? null : (string?)happened["update"]!["status"]!["task_id"]!["value"]) == "t", "it was told of a task of which nobody knows yet");
    }

    [Fact]
    public async Task A_task_that_a_registered_agent_does_not_have_is_gone()
    {
        await using var pool = await RuledPool.StartAsync();

        await AskAsync(pool, "never", pool.Agent.Id);

        await ToldAsync(pool, "never", "TASK_GONE", 0);
    }

    [Fact]
    public async Task A_task_on_an_agent_that_is_unreachable_is_so_since_the_time_it_says()
    {
        await using var pool = await RuledPool.StartAsync(null, "--agent-ping-timeout", "300ms", "--max-agent-ping-timeouts", "2");
        pool.Agent.AnswersPings = false;
        await pool.Agent.DisconnectAsync();
        await pool.Framework.Stream.WaitForTypeAsync("FAILURE");

        await AskAsync(pool, "never", pool.Agent.Id);

        (await ToldAsync(pool, "never", "TASK_UNREACHABLE", 0))["unreachable_time"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_task_on_an_agent_that_an_operator_gave_up_is_gone_by_operator()
    {
        await using var pool = await RuledPool.StartAsync();
        var agent = pool.Agent.Id;
        await pool.AskAsync($$"""{"type":"MARK_AGENT_GONE","mark_agent_gone":{"agent_id":{"value":"{{agent}}"} } }""");

        await AskAsync(pool, "never", agent);

        await ToldAsync(pool, "never", "TASK_GONE_BY_OPERATOR", 0);
    }

    [Theory]
    [InlineData("PARTITION_AWARE", "TASK_UNKNOWN")]
    [InlineData("MULTI_ROLE", "TASK_LOST")]
    public async Task Anything_else_is_unknown_and_lost_to_who_does_not_know_partitions(string capability, string state)
    {
        var subscribe = SubscriptionTests.Subscribe();
        subscribe["subscribe"]!["framework_info"]!["capabilities"] = JsonNode.Parse($$"""[{"type":"MULTI_ROLE"},{"type":"{{capability}}"}]""");
        await using var pool = await RuledPool.StartAsync(subscribe);

        await AskAsync(pool, "never", null);

        await ToldAsync(pool, "never", state, 0);
    }

    private static async Task AskAsync(RuledPool pool, string task, string? agent)
    {
        var where = agent is null ? "" : $$""","agent_id":{"value":"{{agent}}"}""";
        (await pool.Framework.CallAsync($$"""{"type":"RECONCILE","reconcile":{"tasks":[{"task_id":{"value":"{{task}}"}{{where}} }]} }""")).ShouldBe(HttpStatusCode.Accepted);
    }

    /// <summary>The status, which always says that it answers a question and is not to be acknowledged.</summary>
    private static async Task<JsonNode> ToldAsync(RuledPool pool, string task, string state, int from)
    {
        var (status, _) = await pool.Framework.WaitForStatusAsync(task, state, from);
        ((string?)status["reason"], (string?)status["source"]).ShouldBe(("REASON_RECONCILIATION", "SOURCE_MASTER"));
        status["uuid"].ShouldBeNull();
        return status;
    }
}
