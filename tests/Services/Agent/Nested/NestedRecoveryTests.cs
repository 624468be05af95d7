using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Tests.Agent.Running;
using static DataPlatform.Services.Tests.Agent.Nested.NestedDepthTests;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Nested;

/// <summary>Which containers within tasks' outlive their agent, and what it knows of them afterwards.</summary>
public sealed class NestedRecoveryTests
{
    [Theory]
    [InlineData("auto")]
    [InlineData("processes")]
    public async Task One_that_was_launched_to_stay_outlives_its_agent_with_those_in_it_and_tells_its_end(string isolation)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, isolation);
        var outer = NestedClient.IdWithin(master, "t1", "n1");
        var inner = Within(outer, "n2");
        using (var client = new NestedClient(agent))
        {
            (await client.LaunchAsync(outer, "echo before; while [ ! -e go ]; do sleep 0.02; done; echo after; exit 7")).Status.ShouldBe(200);
            (await client.LaunchAsync(inner, "trap 'exit 4' TERM; touch ready; while :; do sleep 0.02; done")).Status.ShouldBe(200);
            await master.Eventually(() => File.Exists(Path.Combine(agent.Sandbox("t1"), "ready")) && Log(agent, "n1") == "before\n", "both to run");
        }

        await agent.CrashAsync();
        await agent.StartProcessAsync();

        using var again = new NestedClient(agent);
        (await again.LaunchAsync(inner, "true")).Status.ShouldBe(202, "it is known");
        (await again.CallAsync(Kill(inner, 15))).Status.ShouldBe(200);
        (await again.WaitAsync(inner)).ShouldBe(4 << 8);
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("t1"), "go"), "");
        (await again.WaitAsync(outer)).ShouldBe(7 << 8);
        Log(agent, "n1").ShouldBe("before\nafter\n");
        (await again.CallAsync(Remove(outer))).Status.ShouldBe(200);
        Directory.GetDirectories(Path.Combine(agent.WorkDirectory, "meta", "nested")).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_ends_while_no_agent_is_there_leaves_its_status_and_what_it_wrote_last()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        var (ends, ended) = (NestedClient.IdWithin(master, "t1", "n1"), NestedClient.IdWithin(master, "t1", "n2"));
        using (var client = new NestedClient(agent))
        {
            (await client.LaunchAsync(ends, "while [ ! -e go ]; do sleep 0.02; done; echo last words; kill -USR1 $$")).Status.ShouldBe(200);
            (await client.LaunchAsync(ended, "exit 2")).Status.ShouldBe(200);
            (await client.WaitAsync(ended)).ShouldBe(2 << 8);
        }

        await agent.CrashAsync();
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("t1"), "go"), "");
        await master.Eventually(() => Directory.GetDirectories(Path.Combine(agent.WorkDirectory, "meta", "nested")).All(AgentUnderTest.HasExitStatus), "its end");
        await agent.StartProcessAsync();

        using var again = new NestedClient(agent);
        (await again.WaitAsync(ends)).ShouldBe(10);
        Log(agent, "n1").ShouldBe("last words\n");
        (await again.WaitAsync(ended)).ShouldBe(2 << 8);
    }

    [Fact]
    public async Task Sessions_and_terminals_end_with_their_agent_wherever_they_stand()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        var outer = NestedClient.IdWithin(master, "t1", "n1");
        using (var client = new NestedClient(agent))
        {
            await client.LaunchAsync(outer, "exec sleep 4501");
            await client.LaunchAsync(Within(outer, "tty"), "exec sleep 4502", new ContainerInfo { Type = ContainerInfo.Types.Type.Mesos, TtyInfo = NestedClient.Terminal() });
            await using var session = await client.StartAsync(Within(outer, "s1"), "exec sleep 4502");
            await client.LaunchAsync(Within(Within(outer, "s1"), "n3"), "exec sleep 4502");
            await master.Eventually(() => Native.Running("sleep", "4501").Count == 1 && Native.Running("sleep", "4502").Count == 3, "all to run");
            await agent.CrashAsync();
        }

        await agent.StartProcessAsync();

        await master.Eventually(() => Native.Running("sleep", "4502").Count == 0, "those to end");
        Native.Running("sleep", "4501").ShouldHaveSingleItem();
        agent.Kill("t1");
        await master.WaitForAsync("t1", TaskState.TaskKilled);
        Native.Running("sleep", "4501").ShouldBeEmpty();
    }

    [Fact]
    public async Task One_whose_task_has_ended_meanwhile_is_forgotten()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        var id = NestedClient.IdWithin(master, "t1", "n1");
        using (var client = new NestedClient(agent))
            await client.LaunchAsync(id, "exec sleep 4503");
        agent.Kill("t1");
        await master.WaitForAsync("t1", TaskState.TaskKilled);
        Native.Running("sleep", "4503").ShouldBeEmpty();

        await agent.CrashAsync();
        await agent.StartProcessAsync();

        Directory.GetDirectories(Path.Combine(agent.WorkDirectory, "meta", "nested")).ShouldBeEmpty();
    }

    private static string Log(AgentUnderTest agent, string id) =>
        Path.Combine(agent.Sandbox("t1"), "containers", id, "stdout") is var path && File.Exists(path) ? File.ReadAllText(path) : "";

    private static async Task<AgentUnderTest> StartAsync(FakeMaster master, string isolation = "auto")
    {
        var agent = await AgentUnderTest.StartAsync(master, "--isolation", isolation);
        agent.Run(TaskOf("t1", "exec sleep 300"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        return agent;
    }
}
