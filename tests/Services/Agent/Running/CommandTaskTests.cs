using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class CommandTaskTests
{
    [Fact]
    public async Task Runs_a_command_and_reports_its_life_as_Mesos_does()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.Run(TaskOf("t1", "echo out; echo err >&2"));
        var last = await master.WaitForAsync("t1", TaskState.TaskFinished);

        var reports = master.Reports("t1");
        reports.Select(each => each.State).ShouldBe([TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskFinished]);
        reports.ShouldAllBe(each => each.Source == TaskReport.Types.Source.Executor && !each.HasReason && each.Uuid.Length == 16);
        reports.ShouldAllBe(each => each.ExecutorId.Value == "t1" && each.AgentId.Value == "master-S0" && each.Timestamp > 0);
        reports.ShouldAllBe(each => each.ContainerStatus.ContainerId.Value == last.ContainerStatus.ContainerId.Value);
        last.ContainerStatus.NetworkInfos[0].IpAddresses[0].IpAddress.ShouldBe("127.0.0.1");
        last.Message.ShouldBe("Command exited with status 0");
        (await agent.ReadFileAsync("t1", "stdout")).ShouldBe("out\n");
        (await agent.ReadFileAsync("t1", "stderr")).ShouldBe("err\n");
    }

    [Fact]
    public async Task Says_with_which_status_a_command_failed()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.Run(TaskOf("t1", "exit 7"));
        agent.Run(TaskOf("t2", "kill -SEGV $$"));

        (await master.WaitForAsync("t1", TaskState.TaskFailed)).Message.ShouldBe("Command exited with status 7");
        (await master.WaitForAsync("t2", TaskState.TaskFailed)).Message.ShouldContain("SIGSEGV");
    }

    [Fact]
    public async Task Tells_what_a_task_that_asks_for_it_wrote_last_when_it_fails()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        static TaskInfo Asking(string id, string command)
        {
            var task = TaskOf(id, command);
            task.TellLastLines = true;
            return task;
        }

        agent.Run(Asking("errors", "echo out; echo first >&2; echo 'no such notebook' >&2; exit 7"));
        agent.Run(Asking("output", "echo 'no such notebook'; exit 7"));
        agent.Run(Asking("well", "echo fine"));
        agent.Run(Asking("linked", "rm stderr; ln -s /etc/passwd stderr; exit 7"));
        agent.Run(TaskOf("silent", "echo 'nobody asked' >&2; exit 7"));

        var failed = await master.WaitForAsync("errors", TaskState.TaskFailed);
        failed.Message.ShouldBe("Command exited with status 7");
        failed.LastLines.ShouldBe(["first", "no such notebook"]);
        (await master.WaitForAsync("output", TaskState.TaskFailed)).LastLines.ShouldBe(["no such notebook"]);
        (await master.WaitForAsync("well", TaskState.TaskFinished)).LastLines.ShouldBeEmpty();
        (await master.WaitForAsync("linked", TaskState.TaskFailed)).LastLines.ShouldBeEmpty();
        (await master.WaitForAsync("silent", TaskState.TaskFailed)).LastLines.ShouldBeEmpty();
    }

    [Fact]
    public async Task Passes_arguments_without_a_shell_and_only_the_environment_that_is_meant()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var printing = TaskOf("t1", "/usr/bin/printf");
        printing.Command.Shell = false;
        printing.Command.Arguments.AddRange(["printf", "%s|", "a b", "$HOME", "*"]);
        var environment = TaskOf("t2", "/usr/bin/env");
        environment.Command.Shell = false;
        environment.Command.Environment = new EnvironmentVariables
        {
            Variables = { new EnvironmentVariables.Types.Variable { Name = "GREETING", Value = "two words" } },
        };

        agent.Run(printing);
        agent.Run(environment);
        await master.WaitForAsync("t1", TaskState.TaskFinished);
        await master.WaitForAsync("t2", TaskState.TaskFinished);

        (await agent.ReadFileAsync("t1", "stdout")).ShouldBe("a b|$HOME|*|");
        var lines = (await agent.ReadFileAsync("t2", "stdout")).Split('\n');
        lines.ShouldContain("GREETING=two words");
        lines.ShouldContain("MESOS_TASK_ID=t2");
        lines.ShouldContain($"MESOS_SANDBOX={agent.Sandbox("t2")}");
        lines.ShouldContain($"MESOS_FRAMEWORK_ID={FrameworkId}");
        lines.ShouldContain($"MESOS_AGENT_ENDPOINT={agent.Endpoint.Authority}");
        lines.ShouldContain("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        lines.ShouldNotContain(line => line.StartsWith("DOTNET_", StringComparison.Ordinal));
    }
}
