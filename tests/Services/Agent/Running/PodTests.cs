using DataPlatform.Core.Protocol.Mesos;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class PodTests
{
    /// <summary>What Mesos was seen to say of such a pod: p2 fails, p1 is killed for it.</summary>
    [Fact]
    public async Task One_that_fails_takes_the_others_with_it_as_recorded()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.RunGroup("pod-1", Framework(Capability.TaskKillingState), TaskOf("p1", "sleep 300"), TaskOf("p2", "while [ ! -e go ]; do sleep 0.02; done; exit 1"));
        await master.WaitForAsync("p1", TaskState.TaskRunning);
        var container = (await master.WaitForAsync("p2", TaskState.TaskRunning)).ContainerStatus.ContainerId;
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("pod-1"), "containers", container.Value, "go"), "");
        await master.WaitForAsync("p1", TaskState.TaskKilled);
        await master.Eventually(() => master.EndedExecutors.Count > 0, "the end of the executor");

        Shapes(master.Reports("p2")).ShouldBe(
        [
            "TASK_STARTING SOURCE_EXECUTOR pod-1 nested network",
            "TASK_RUNNING SOURCE_EXECUTOR pod-1 nested network pid",
            "TASK_FAILED message SOURCE_EXECUTOR pod-1 nested",
        ]);
        Shapes(master.Reports("p1")).ShouldBe(
        [
            "TASK_STARTING SOURCE_EXECUTOR pod-1 nested network",
            "TASK_RUNNING SOURCE_EXECUTOR pod-1 nested network pid",
            "TASK_KILLING SOURCE_EXECUTOR pod-1 nested network pid",
            "TASK_KILLED message SOURCE_EXECUTOR pod-1 nested",
        ]);
        master.Reports("p1").Concat(master.Reports("p2")).Select(each => each.ContainerStatus.ContainerId.Parent.Value).Distinct().ShouldHaveSingleItem();
        var ended = master.EndedExecutors.ShouldHaveSingleItem();
        (ended.FrameworkId.Value, ended.ExecutorId.Value, ended.Status).ShouldBe((FrameworkId, "pod-1", 0));
    }

    [Fact]
    public async Task One_that_finishes_ends_alone_and_the_executor_with_the_last()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.RunGroup("pod", Framework(), TaskOf("short", "true"), TaskOf("long", "while [ ! -e go ]; do sleep 0.02; done"));
        await master.WaitForAsync("short", TaskState.TaskFinished);
        var container = (await master.WaitForAsync("long", TaskState.TaskRunning)).ContainerStatus.ContainerId;
        var executors = (await agent.CallAsync(new AgentOperatorCall { Type = AgentOperatorCall.Types.Type.GetExecutors })).Answer!.GetExecutors.Executors;
        executors.ShouldHaveSingleItem().ExecutorInfo.ExecutorId.Value.ShouldBe("pod");
        master.EndedExecutors.ShouldBeEmpty();
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("pod"), "containers", container.Value, "go"), "");

        await master.WaitForAsync("long", TaskState.TaskFinished);
        await master.Eventually(() => master.EndedExecutors.Count == 1, "the end of the executor");
        (await agent.ReadFileAsync("pod", $"containers/{container.Value}/stdout")).ShouldBe("");
    }

    [Fact]
    public async Task A_kill_of_one_ends_all_of_its_group_and_no_other_group()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.RunGroup("pod", Framework(), TaskOf("a1", "sleep 300"), TaskOf("a2", "sleep 300"));
        foreach (var task in new[] { "a1", "a2" })
            await master.WaitForAsync(task, TaskState.TaskRunning);
        agent.RunGroup("pod", Framework(), TaskOf("b", "sleep 300"));
        var other = await master.WaitForAsync("b", TaskState.TaskRunning);
        other.ContainerStatus.ContainerId.Parent.ShouldBe(master.Reports("a1")[0].ContainerStatus.ContainerId.Parent, "one executor has both groups");

        agent.Kill("a1");

        foreach (var task in new[] { "a1", "a2" })
            await master.WaitForAsync(task, TaskState.TaskKilled);
        master.Reports("b")[^1].State.ShouldBe(TaskState.TaskRunning);
        master.EndedExecutors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_pod_of_which_one_task_can_not_be_started_does_not_run()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var bad = TaskOf("bad", "true");
        bad.Command.Uris.Add(new CommandInfo.Types.URI { Value = "file:///nowhere/at-all" });

        agent.RunGroup("pod", Framework(), TaskOf("good", "sleep 300"), bad);

        await master.WaitForAsync("bad", TaskState.TaskFailed);
        await master.WaitForAsync("good", TaskState.TaskKilled);
        await master.Eventually(() => master.EndedExecutors.Count == 1, "the end of the executor");
    }

    [Fact]
    public async Task A_pod_outlives_its_agent_and_still_ends_as_one()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.RunGroup("pod", Framework(), TaskOf("p1", "sleep 300"), TaskOf("p2", "while [ ! -e go ]; do sleep 0.02; done; exit 3"));
        await master.WaitForAsync("p1", TaskState.TaskRunning);
        var container = (await master.WaitForAsync("p2", TaskState.TaskRunning)).ContainerStatus.ContainerId;

        await agent.CrashAsync();
        await agent.StartProcessAsync();

        var registration = master.Registrations[^1];
        registration.Executors.ShouldHaveSingleItem().ExecutorId.Value.ShouldBe("pod");
        registration.Tasks.Select(task => task.ExecutorId.Value).ShouldBe(["pod", "pod"]);
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("pod"), "containers", container.Value, "go"), "");
        (await master.WaitForAsync("p2", TaskState.TaskFailed)).ContainerStatus.ContainerId.ShouldBe(container);
        await master.WaitForAsync("p1", TaskState.TaskKilled);
        await master.Eventually(() => master.EndedExecutors.Count == 1, "the end of the executor");
    }

    /// <summary>What is filled in, in a fixed order.</summary>
    private static IEnumerable<string> Shapes(IEnumerable<TaskReport> reports) => reports.Select(report => string.Join(' ', (string?[])
    [
        report.State.ToString() is var state ? "TASK_" + state[4..].ToUpperInvariant() : null,
        report.HasMessage ? "message" : null,
        report.HasReason ? report.Reason.ToString() : null,
        report.Source == TaskReport.Types.Source.Executor ? "SOURCE_EXECUTOR" : report.Source.ToString(),
        report.ExecutorId.Value,
        report.ContainerStatus.ContainerId.Parent is null ? "alone" : "nested",
        report.ContainerStatus.NetworkInfos.Count > 0 ? "network" : null,
        report.ContainerStatus.HasExecutorPid ? "pid" : null,
    ]).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(words => string.Join(' ', words));
}
