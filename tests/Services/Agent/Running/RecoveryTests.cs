using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class RecoveryTests
{
    [Fact]
    public async Task Tasks_survive_a_kill_9_of_the_agent_and_tell_their_exit_status()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(TaskOf("ends-while-away", "while [ ! -e go ]; do sleep 0.02; done; exit 7"));
        agent.Run(TaskOf("lives-on", "while [ ! -e go ]; do sleep 0.02; done; exit 3"));
        await master.WaitForAsync("ends-while-away", TaskState.TaskRunning);
        await master.WaitForAsync("lives-on", TaskState.TaskRunning);
        var run = Directory.GetDirectories(Path.Combine(agent.WorkDirectory, "meta", "runs"));

        await agent.CrashAsync();
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("ends-while-away"), "go"), "");
        await master.Eventually(() => run.Any(HasExitStatus), "the task to end");
        await agent.StartProcessAsync();

        var registration = master.Registrations[^1];
        registration.AgentInfo.Id.Value.ShouldBe("master-S0");
        registration.Tasks.Select(each => each.TaskId.Value).ShouldBe(["ends-while-away", "lives-on"], ignoreOrder: true);
        registration.Frameworks.ShouldHaveSingleItem().Id.Value.ShouldBe(FrameworkId);
        (await master.WaitForAsync("ends-while-away", TaskState.TaskFailed)).Message.ShouldBe("Command exited with status 7");
        master.Reports("lives-on").Select(each => each.State).ShouldBe([TaskState.TaskStarting, TaskState.TaskRunning]);
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("lives-on"), "go"), "");
        (await master.WaitForAsync("lives-on", TaskState.TaskFailed)).Message.ShouldBe("Command exited with status 3");
    }

    [Fact]
    public async Task Sends_what_was_not_acknowledged_before_the_crash_again_and_in_order()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        master.Acknowledges = false;
        agent.Run(TaskOf("t1", "true"));
        await master.WaitForAsync("t1", TaskState.TaskStarting);
        await master.Eventually(() => Directory.GetDirectories(Path.Combine(agent.WorkDirectory, "meta", "runs")).Any(HasExitStatus), "the task to end");

        await agent.CrashAsync();
        master.Acknowledges = true;
        await agent.StartProcessAsync();
        await master.WaitForAsync("t1", TaskState.TaskFinished);

        master.Reports("t1").Select(each => each.State).ShouldBe([TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskFinished]);
        await master.Eventually(() => Directory.GetDirectories(Path.Combine(agent.WorkDirectory, "meta", "runs")).Length == 0, "the checkpoints to go");
    }

    [Fact]
    public async Task Can_still_kill_a_task_that_an_earlier_process_has_started()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(TaskOf("t1", "echo $$ > pid; exec sleep 300"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        await master.Eventually(() => KillTests.Has(agent.Sandbox("t1"), "pid"), "the task's pid");
        var pid = KillTests.Pid(agent.Sandbox("t1"), "pid");
        await agent.CrashAsync();
        Native.IsAlive(pid).ShouldBeTrue();

        await agent.StartProcessAsync();
        agent.Kill("t1");
        await master.WaitForAsync("t1", TaskState.TaskKilled);

        Native.IsAlive(pid).ShouldBeFalse();
    }

    [Fact]
    public async Task A_master_that_gives_the_agent_up_gets_a_new_agent_without_tasks()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(TaskOf("t1", "echo $$ > pid; exec sleep 300"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        await master.Eventually(() => KillTests.Has(agent.Sandbox("t1"), "pid"), "the task's pid");
        var pid = KillTests.Pid(agent.Sandbox("t1"), "pid");

        master.AgentId = "master-S1";
        master.Say(new() { Type = Core.Protocol.Link.AgentEvent.Types.Type.Shutdown, Shutdown = new() { Message = "marked gone" } });
        await master.WaitForRegistrationAsync(2);

        master.Registrations[^1].AgentInfo.Id.ShouldBeNull();
        master.Registrations[^1].Tasks.ShouldBeEmpty();
        Native.IsAlive(pid).ShouldBeFalse();
        var idFile = Path.Combine(agent.WorkDirectory, "meta", "agent");
        await master.Eventually(() => File.Exists(idFile) && File.ReadAllText(idFile).Trim() == "master-S1", "the new id to be kept");
    }

    [Fact]
    public async Task Registers_again_with_its_tasks_when_the_link_is_lost()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(TaskOf("t1", "sleep 300"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);

        master.CutStream();
        await master.WaitForRegistrationAsync(2);

        master.Registrations[^1].Tasks.ShouldHaveSingleItem().State.ShouldBe(TaskState.TaskRunning);
    }
}
