using System.Net;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Services.Tests.Master.Contract;

/// <summary>What the master does with the news of tasks. That it is told again until it is acknowledged is the agent's affair.</summary>
public sealed class UpdateRuleTests
{
    [Fact]
    public async Task A_task_that_ended_is_kept_until_its_end_is_acknowledged_and_what_it_held_is_free_before()
    {
        await using var pool = await RuledPool.StartAsync();
        var place = await pool.RunAsync(0, "t");

        await EndAsync(pool, "t");

        var (ended, _) = await pool.Framework.WaitForStatusAsync("t", "TASK_FINISHED");
        await pool.Framework.Stream.WaitAsync(happened => happened["offers"] is { } offers && RuledPool.Amount(offers["offers"]![0]!, "cpus") == 0.1, place);
        (await StatesAsync(pool, "tasks")).ShouldBe(["TASK_FINISHED"]);
        await pool.Framework.AcknowledgeAsync(ended);
        await Eventually.ShouldBeAsync(async () => string.Join(' ', await StatesAsync(pool, "completed_tasks")), "TASK_FINISHED");
        (await StatesAsync(pool, "tasks")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_acknowledgement_goes_to_the_agent_that_waits_for_it()
    {
        await using var pool = await RuledPool.StartAsync();

        await pool.RunAsync(0, "t");

        var told = await pool.Agent.WaitAsync(happened => happened.Type == AgentEvent.Types.Type.Acknowledge);
        told.Acknowledge.TaskId.Value.ShouldBe("t");
        told.Acknowledge.Uuid.ShouldBe(pool.Agent.Tasks["t"].Statuses[^1].Uuid);
    }

    [Fact]
    public async Task To_kill_an_unknown_task_is_to_ask_for_its_state()
    {
        await using var pool = await RuledPool.StartAsync();

        (await pool.Framework.CallAsync("""{"type":"KILL","kill":{"task_id":{"value":"never"} } }""")).ShouldBe(HttpStatusCode.Accepted);

        var (status, _) = await pool.Framework.WaitForStatusAsync("never", "TASK_UNKNOWN");
        ((string?)status["reason"]).ShouldBe("REASON_RECONCILIATION");
        status["uuid"].ShouldBeNull();
    }

    [Fact]
    public async Task A_kill_that_names_another_agent_is_passed_over()
    {
        await using var pool = await RuledPool.StartAsync();
        await pool.RunAsync(0, "t", "u");

        (await pool.Framework.CallAsync("""{"type":"KILL","kill":{"task_id":{"value":"t"},"agent_id":{"value":"another"} } }""")).ShouldBe(HttpStatusCode.Accepted);
        (await pool.Framework.CallAsync("""{"type":"KILL","kill":{"task_id":{"value":"u"} } }""")).ShouldBe(HttpStatusCode.Accepted);

        await pool.Agent.WaitAsync(happened => happened.KillTask?.TaskId.Value == "u");
        pool.Agent.Events.ShouldNotContain(happened => happened.KillTask != null && happened.KillTask.TaskId.Value == "t");
    }

    private static Task<HttpStatusCode> EndAsync(RuledPool pool, string task) =>
        pool.Agent.UpdateAsync(pool.Agent.Tasks[task].FrameworkId, pool.Agent.Status(task, TaskState.TaskFinished));

    private static async Task<List<string?>> StatesAsync(RuledPool pool, string kind) =>
        [.. (await pool.AskAsync("""{"type":"GET_TASKS"}"""))!["get_tasks"]![kind]?.AsArray().Select(task => (string?)task!["state"]) ?? []];
}
