using System.Text.Json.Nodes;
using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using static DataPlatform.Services.Tests.Agent.Running.ExecutorTests;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>What <c>/state</c> says of executors and their tasks.</summary>
public sealed class OlderStateTests
{
    [Fact]
    public async Task An_executor_of_a_frameworks_own_is_shown_with_its_tasks_also_when_it_has_ended()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await ExecutorTests.StartAsync(master);
        agent.Run(TaskUnder(agent, "x", "ends"));
        agent.Run(TaskUnder(agent, "x", "runs"));
        await master.WaitForAsync("ends", TaskState.TaskRunning);
        await master.WaitForAsync("runs", TaskState.TaskRunning);
        agent.Kill("ends");
        await master.WaitForAsync("ends", TaskState.TaskKilled);

        var running = await StateAsync(agent);
        var shown = Executors(running, "executors").ShouldHaveSingleItem();

        (Text(shown, "id"), Text(shown, "name"), Text(shown, "type")).ShouldBe(("x", "custom", "CUSTOM"));
        Text(shown, "directory").ShouldBe(agent.Sandbox("x"));
        Text(shown, "container").ShouldBe(Path.GetFileName(agent.Sandbox("x")));
        shown["resources"]!["mem"]!.GetValue<double>().ShouldBe(64 + 64, "its own and those of the task that runs");
        running["unreserved_resources_allocated"]!["mem"]!.GetValue<double>().ShouldBe(64 + 64);
        Tasks(shown, "tasks").ShouldBe([("runs", "x", "TASK_RUNNING")]);
        Tasks(shown, "completed_tasks").ShouldBe([("ends", "x", "TASK_KILLED")]);

        ShutDown(master, "x");
        await master.WaitForAsync("runs", TaskState.TaskFailed);
        await master.Eventually(() => master.EndedExecutors.Count == 1, "the end of the executor");
        await master.Eventually(() => Directory.GetFiles(Path.Combine(agent.WorkDirectory, "meta", "executors")).Length == 0, "the acknowledgements");

        var state = await StateAsync(agent);
        state["frameworks"]!.AsArray().ShouldBeEmpty();
        var ended = state["completed_frameworks"]!.AsArray().ShouldHaveSingleItem()!["completed_executors"]!.AsArray().ShouldHaveSingleItem()!;
        Text(ended, "id").ShouldBe("x");
        Tasks(ended, "completed_tasks").ShouldBe([("ends", "x", "TASK_KILLED"), ("runs", "x", "TASK_FAILED")]);
        var operatorView = (await agent.CallAsync(new AgentOperatorCall { Type = AgentOperatorCall.Types.Type.GetExecutors })).Answer!.GetExecutors;
        operatorView.Executors.ShouldBeEmpty();
        operatorView.CompletedExecutors.ShouldHaveSingleItem().ExecutorInfo.Command.Uris.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task The_tasks_of_a_pod_stand_below_their_executor()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.RunGroup("pod", Framework(), TaskOf("runs", "sleep 300"), TaskOf("ends", "true"));
        await master.WaitForAsync("ends", TaskState.TaskFinished);

        var shown = Executors(await StateAsync(agent), "executors").ShouldHaveSingleItem();

        (Text(shown, "id"), Text(shown, "type"), Text(shown, "directory")).ShouldBe(("pod", "DEFAULT", agent.Sandbox("pod")));
        Tasks(shown, "tasks").ShouldBe([("runs", "pod", "TASK_RUNNING")]);
        Tasks(shown, "completed_tasks").ShouldBe([("ends", "pod", "TASK_FINISHED")]);
    }

    [Fact]
    public async Task A_task_that_waits_for_its_executor_is_queued()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await ExecutorTests.StartAsync(master);
        agent.Run(TaskUnder(agent, "x", "waits", "mute"));
        JsonNode? shown = null;
        await master.Eventually(() => (shown = Executors(StateAsync(agent).GetAwaiter().GetResult(), "executors").FirstOrDefault()) is not null, "the executor");

        Tasks(shown!, "queued_tasks").ShouldBe([("waits", "x", "TASK_STAGING")]);
        Tasks(shown!, "tasks").ShouldBeEmpty();
    }

    private static async Task<JsonNode> StateAsync(AgentUnderTest agent)
    {
        using var http = new HttpClient { BaseAddress = agent.Endpoint };
        return JsonNode.Parse(await http.GetStringAsync("/state"))!;
    }

    private static List<JsonNode> Executors(JsonNode state, string which) => [.. state["frameworks"]!.AsArray().SelectMany(framework => framework![which]!.AsArray()).OfType<JsonNode>()];

    private static List<(string, string, string)> Tasks(JsonNode executor, string which) =>
        [.. executor[which]!.AsArray().Select(task => (Text(task!, "id"), Text(task!, "executor_id"), Text(task!, "state")))];

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}
