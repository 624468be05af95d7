using System.Net;
using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Tests.Master;

/// <summary>Agents, frameworks and masters go away and come back, as a real Mesos saw it.</summary>
public sealed class FaultTests
{
    private static readonly IReadOnlyList<JsonNode> Recorded = Recording.Read("faults.jsonl");

    [Fact]
    public async Task An_agent_that_restarts_in_time_brings_its_tasks_and_frameworks_notice_nothing()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        await RunAsync(framework, agent, "r1", "r2");
        await framework.CallAsync("""{"type":"SUPPRESS"}""");
        var before = framework.Stream.Events.Count;

        await agent.DisconnectAsync();
        var registered = await agent.RegisterAsync();

        registered.Type.ShouldBe(AgentEvent.Types.Type.Registered);
        await framework.CallAsync("""{"type":"RECONCILE","reconcile":{"tasks":[]}}""");
        await framework.WaitForStatusAsync("r2", "TASK_RUNNING", before);
        framework.Stream.Events.Skip(before).Where(IsUpdate).Select(Reason).ShouldBe(["REASON_RECONCILIATION", "REASON_RECONCILIATION"]);
    }

    [Fact]
    public async Task An_agent_that_stops_answering_becomes_unreachable_and_may_come_back()
    {
        await using var master = await MasterProcess.StartAsync("--agent-ping-timeout", "700ms", "--max-agent-ping-timeouts", "2");
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        await RunAsync(framework, agent, "r1", "r2");
        await framework.CallAsync("""{"type":"SUPPRESS"}""");
        var before = framework.Stream.Events.Count;

        agent.AnswersPings = false;
        await agent.DisconnectAsync();

        var (_, failure) = await framework.Stream.WaitForTypeAsync("FAILURE", before);
        Compare(Span("framework", 13_279, 20_000), framework.Stream.Events.Take(failure + 1).Skip(before), agent, withFailure: true);

        await framework.CallAsync("""{"type":"RECONCILE","reconcile":{"tasks":[{"task_id":{"value":"r1"}},{"task_id":{"value":"r2"}}]}}""");
        var (_, reconciled) = await framework.WaitForStatusAsync("r2", "TASK_UNKNOWN", failure);
        Compare(Span("framework", 22_000, 23_000), framework.Stream.Events.Skip(failure + 1), agent);
        await framework.CallAsync($$"""{"type":"RECONCILE","reconcile":{"tasks":[{"task_id":{"value":"r1"},"agent_id":{"value":"{{agent.Id}}"} }]} }""");
        var (unreachable, _) = await framework.WaitForStatusAsync("r1", "TASK_UNREACHABLE", reconciled);
        unreachable["unreachable_time"].ShouldNotBeNull();

        // One of its tasks ended while nobody could know.
        agent.AnswersPings = true;
        before = framework.Stream.Events.Count;
        agent.Tasks["r2"].State = TaskState.TaskFailed;
        await agent.RegisterAsync();
        await framework.WaitForStatusAsync("r2", "TASK_FAILED", before);
        var returned = Span("framework", 26_000, 27_000).Where(update => Reason(update) == "REASON_AGENT_REREGISTERED");
        Compare(returned, framework.Stream.Events.Skip(before), agent);
        (await framework.CallAsync("""{"type":"REVIVE"}""")).ShouldBe(HttpStatusCode.Accepted);
        var (offer, _) = await framework.WaitForOfferAsync(before);
        offer["resources"]!.AsArray().Single(resource => (string?)resource!["name"] == "cpus")!["scalar"]!["value"]!.GetValue<double>().ShouldBe(63.9);
    }

    [Fact]
    public async Task A_framework_that_comes_back_in_time_finds_its_tasks_and_is_offered_the_rest()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        string id;
        await using (var framework = await TestFramework.SubscribeAsync(master.Endpoint))
        {
            id = framework.Id;
            await RunAsync(framework, agent, "r1");
        }

        await using var back = await TestFramework.SubscribeAsync(master.Endpoint, SubscriptionTests.Subscribe(id));

        back.Id.ShouldBe(id);
        var (offer, _) = await back.WaitForOfferAsync();
        offer["resources"]!.AsArray().Single(resource => (string?)resource!["name"] == "cpus")!["scalar"]!["value"]!.GetValue<double>().ShouldBe(63.9);
        await back.CallAsync("""{"type":"RECONCILE","reconcile":{"tasks":[]}}""");
        await back.WaitForStatusAsync("r1", "TASK_RUNNING");
        Compare(Span("framework, back within failover_timeout", 34_000, 35_000), back.Stream.Events, agent);
    }

    [Fact]
    public async Task A_framework_that_is_away_for_too_long_is_removed_with_its_tasks()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        string id;
        await using (var framework = await TestFramework.SubscribeAsync(master.Endpoint, SubscriptionTests.Subscribe(failoverTimeout: 0.3)))
        {
            id = framework.Id;
            await RunAsync(framework, agent, "r1");
        }

        var shutdown = await agent.WaitAsync(told => told.Type == AgentEvent.Types.Type.ShutdownFramework);
        shutdown.ShutdownFramework.FrameworkId.Value.ShouldBe(id);
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        await using var late = await OpenStream.PostAsync(http, "/api/v1/scheduler", SubscriptionTests.Subscribe(id));
        await late.WaitForEndAsync();
        late.Events.Select(happened => (string?)happened["type"]).ShouldBe(Recorded
            .Where(line => (string?)line["stream"] == "framework, after failover_timeout").Select(line => (string?)line["event"]!["type"]));
    }

    [Fact]
    public async Task A_task_that_the_agent_never_got_is_dropped_when_the_agent_is_back()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        await RunAsync(framework, agent, "r1", "r2");
        var before = framework.Stream.Events.Count;

        await agent.DisconnectAsync();
        agent.Tasks.Remove("r2");
        await agent.RegisterAsync();

        var (dropped, _) = await framework.WaitForStatusAsync("r2", "TASK_DROPPED", before);
        ((string?)dropped["reason"]).ShouldBe("REASON_RECONCILIATION");
        dropped["uuid"].ShouldBeNull();
    }

    [Fact]
    public async Task A_master_that_was_killed_remembers_frameworks_and_agents_and_learns_tasks_again()
    {
        await using var master = await MasterProcess.StartAsync();
        await using var agent = new FakeAgent(master.Endpoint);
        await agent.RegisterAsync();
        await using var framework = await TestFramework.SubscribeAsync(master.Endpoint);
        await RunAsync(framework, agent, "r1");

        await master.KillAsync();
        await framework.Stream.WaitForEndAsync();
        await agent.DisconnectAsync();
        await master.StartAgainAsync();

        (await framework.CallAsync("""{"type":"REVIVE"}""")).ShouldBe(HttpStatusCode.Forbidden);
        await using var back = await TestFramework.SubscribeAsync(master.Endpoint, SubscriptionTests.Subscribe(framework.Id));
        back.Id.ShouldBe(framework.Id);
        // Of what may be on an agent that is not back nothing is said; what comes after shows that nothing came.
        await back.CallAsync("""{"type":"RECONCILE","reconcile":{"tasks":[{"task_id":{"value":"r1"}}]}}""");
        await back.CallAsync($$"""{"type":"RECONCILE","reconcile":{"tasks":[{"task_id":{"value":"r1"},"agent_id":{"value":"{{agent.Id}}"} }]} }""");
        var id = agent.Id;
        (await agent.RegisterAsync()).Registered.AgentId.Value.ShouldBe(id);
        await back.CallAsync("""{"type":"RECONCILE","reconcile":{"tasks":[]}}""");
        await back.WaitForStatusAsync("r1", "TASK_RUNNING");
        Compare(Span("framework, to the new master", 39_000, 40_000), back.Stream.Events, agent);
        var (offer, _) = await back.WaitForOfferAsync();
        offer["resources"]!.AsArray().Single(resource => (string?)resource!["name"] == "cpus")!["scalar"]!["value"]!.GetValue<double>().ShouldBe(63.9);

        // And a third master knows from the second's snapshot what the first wrote.
        (await back.CallAsync("""{"type":"TEARDOWN"}""")).ShouldBe(HttpStatusCode.Accepted);
        await master.KillAsync();
        await master.StartAgainAsync();
        using var http = new HttpClient { BaseAddress = master.Endpoint };
        await using var late = await OpenStream.PostAsync(http, "/api/v1/scheduler", SubscriptionTests.Subscribe(framework.Id));
        await late.WaitForTypeAsync("ERROR");
    }

    [Fact]
    public async Task Two_masters_do_not_share_a_work_directory()
    {
        await using var first = await MasterProcess.StartAsync();

        var (exitCode, _, error) = await MasterProcess.RunAsync("--work-dir", first.WorkDirectory, "--port", "0");

        exitCode.ShouldBe(1);
        error.ShouldContain("master.journal");
    }

    internal static async Task RunAsync(TestFramework framework, FakeAgent agent, params string[] tasks)
    {
        agent.OnRun = (host, task, info) => host.UpdateAsync(info.Id, host.Status(task.TaskId.Value, TaskState.TaskRunning));
        // Another may be offered that is gone, and of which the master does not know it yet.
        JsonNode? Its(JsonNode happened) => happened["offers"]?["offers"]!.AsArray().FirstOrDefault(each => (string?)each!["agent_id"]!["value"] == agent.Id);
        var (offered, place) = await framework.Stream.WaitAsync(happened => Its(happened) is not null);
        (await framework.LaunchAsync(Its(offered)!, tasks)).ShouldBe(HttpStatusCode.Accepted);
        foreach (var task in tasks)
        {
            var (status, _) = await framework.WaitForStatusAsync(task, "TASK_RUNNING", place);
            (await framework.AcknowledgeAsync(status)).ShouldBe(HttpStatusCode.Accepted);
        }
    }

    private static IEnumerable<JsonNode> Span(string stream, int fromMilliseconds, int toMilliseconds) => Recorded
        .Where(line => (string?)line["stream"] == stream && line["after_ms"]!.GetValue<int>() is var after
            && after >= fromMilliseconds && after < toMilliseconds)
        .Select(line => line["event"]!);

    /// <summary>Updates of different tasks come in any order.</summary>
    private static void Compare(IEnumerable<JsonNode> recorded, IEnumerable<JsonNode> ours, FakeAgent agent, bool withFailure = false)
    {
        bool Told(JsonNode happened) => IsUpdate(happened) || withFailure && (string?)happened["type"] == "FAILURE";
        var expected = recorded.Where(Told).Select(happened => Comparable(happened, "9469e056-dbd9-4768-8e6b-0fc0641b4030-S0")).Order();
        ours.Where(Told).Select(happened => Comparable(happened, agent.Id)).Order().ShouldBe(expected);
    }

    /// <summary>Containers and the like are the agent's to tell; the fake agent has none.</summary>
    private static string Comparable(JsonNode happened, string agent)
    {
        var copy = happened.DeepClone();
        (copy["update"]?["status"] as JsonObject)?.Remove("container_status");
        return Recording.Comparable(copy, (agent, "AGENT"));
    }

    private static bool IsUpdate(JsonNode happened) => (string?)happened["type"] == "UPDATE";

    private static string? Reason(JsonNode happened) => (string?)happened["update"]?["status"]?["reason"];
}
