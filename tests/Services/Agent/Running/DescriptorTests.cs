using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class DescriptorTests(ITestOutputHelper output)
{
    private const int Limit = 384;
    private const int Tasks = 120;

    [Fact]
    public async Task With_few_descriptors_an_agent_takes_what_it_can_hold_refuses_the_rest_and_lives_on()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartWithLimitAsync(master, Limit, Limit);
        for (var number = 0; number < Tasks; number++)
            agent.Run(TaskOf($"t{number}", "sleep 300"));
        await master.Eventually(
            () => Enumerable.Range(0, Tasks).All(number => master.Reports($"t{number}").Any(each => each.State is TaskState.TaskRunning || each.State.IsTerminal())),
            "every task to run or to be refused", seconds: 60);
        var refused = Enumerable.Range(0, Tasks).SelectMany(number => master.Reports($"t{number}")).Where(each => each.State.IsTerminal()).ToList();
        var open = Descriptors(agent.ProcessId);
        output.WriteLine($"{Tasks - refused.Count} of {Tasks} tasks run, {open} descriptors are open");

        refused.Count.ShouldBeInRange(1, Tasks - 8);
        // A framework that knows no partitions is told TASK_LOST for TASK_DROPPED.
        refused.Select(each => each.State).Distinct().ShouldBe([TaskState.TaskLost]);
        refused.Select(each => each.Message).FirstOrDefault(each => !each.Contains($"{Limit} open files", StringComparison.Ordinal)).ShouldBeNull();
        open.ShouldBeLessThan(Limit - 32);
        var before = Tasks - refused.Count;
        agent.Kill("t0");
        await master.WaitForAsync("t0", TaskState.TaskKilled);
        agent.Run(TaskOf("next", "true"));
        await master.WaitForAsync("next", TaskState.TaskFinished);
        before.ShouldBeGreaterThan(8);
    }

    [Fact]
    public async Task An_agent_takes_as_many_descriptors_as_the_host_lets_it_have()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartWithLimitAsync(master, 256, 2048);

        File.ReadLines($"/proc/{agent.ProcessId}/limits").Single(each => each.StartsWith("Max open files", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3].ShouldBe("2048");
    }

    [Fact]
    public async Task A_running_task_costs_its_agent_one_descriptor()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(TaskOf("first", "sleep 300"));
        await master.WaitForAsync("first", TaskState.TaskRunning);
        await master.Eventually(() => master.Updates("first").Count >= 2, "both updates to be told");
        var before = Descriptors(agent.ProcessId);

        for (var number = 0; number < 40; number++)
            agent.Run(TaskOf($"t{number}", "sleep 300"));
        for (var number = 0; number < 40; number++)
            await master.WaitForAsync($"t{number}", TaskState.TaskRunning);

        var least = int.MaxValue;
        await master.Eventually(() => (least = Math.Min(least, Descriptors(agent.ProcessId))) <= before + 60, $"{before} descriptors to become few more");
        output.WriteLine($"{before} descriptors with one task, {least} with 41");
    }

    private static int Descriptors(int process) => Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;
}
