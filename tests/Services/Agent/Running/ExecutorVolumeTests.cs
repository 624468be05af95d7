using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Services.Tests.Agent.Running.ExecutorTests;
using static DataPlatform.Services.Tests.Agent.Running.VolumeTests;
using Mode = DataPlatform.Core.Protocol.Mesos.Volume.Types.Mode;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>Persistent volumes of tasks under executors of frameworks' own: real processes, real mounts where the host permits them.</summary>
public sealed class ExecutorVolumeTests
{
    [Fact]
    public async Task A_task_has_its_volume_while_it_runs_and_the_next_one_finds_what_it_has_written()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        Create(master, Persistent("v"));
        agent.Run(TaskUnder(agent, "x", "t0"));
        await master.WaitForAsync("t0", TaskState.TaskRunning);
        (await AskAsync(master, "ls -d data 2> /dev/null || echo none")).ShouldBe("none\n");

        agent.Run(Using(TaskUnder(agent, "x", "t1"), Persistent("v")));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        (await AskAsync(master, "echo kept > data/file && cat data/file")).ShouldBe("kept\n");
        agent.Kill("t1");
        await master.WaitForAsync("t1", TaskState.TaskKilled);
        (await AskAsync(master, "ls data/ 2> /dev/null || echo none")).ShouldBe("none\n");
        File.ReadAllText(FileOf(agent, "v")).ShouldBe("kept\n");

        agent.Run(Using(TaskUnder(agent, "x", "t2"), Persistent("v")));
        await master.WaitForAsync("t2", TaskState.TaskRunning);
        (await AskAsync(master, "cat data/file")).ShouldBe("kept\n");
    }

    [Fact]
    public async Task Nobody_else_reaches_the_volume()
    {
        SkipWithoutMounts();
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        Create(master, Persistent("v"));
        agent.Run(Using(TaskUnder(agent, "x", "t1"), Persistent("v")));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        await AskAsync(master, "echo mine > data/file");
        agent.Run(TaskUnder(agent, "y", "t2"));
        await master.WaitForAsync("t2", TaskState.TaskRunning);

        var way = await AskAsync(master, "readlink data");

        (await AskAsync(master, $"cat {FileOf(agent, "v")} {way.Trim()}/file 2> /dev/null || echo none", "y")).ShouldBe("none\n");
        (await AskAsync(master, $"ls {Path.GetDirectoryName(FileOf(agent, "v"))} 2> /dev/null || echo none")).ShouldBe("none\n");
    }

    [Fact]
    public async Task One_that_is_to_be_read_only_is_read_and_not_written_by_whatever_way()
    {
        SkipWithoutMounts();
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        Create(master, Persistent("v"));
        await master.Eventually(() => Directory.Exists(Path.GetDirectoryName(FileOf(agent, "v"))), "the volume to be made");
        File.WriteAllText(FileOf(agent, "v"), "kept\n");
        var readOnly = Persistent("v");
        readOnly.Disk.Volume.Mode = Mode.Ro;

        agent.Run(Using(TaskUnder(agent, "x", "t1"), readOnly));
        await master.WaitForAsync("t1", TaskState.TaskRunning);

        (await AskAsync(master, "cat data/file; echo no > data/new || echo no > $(readlink data)/new")).ShouldStartWith("kept\n");
        Directory.GetFiles(Path.GetDirectoryName(FileOf(agent, "v"))!).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task One_volume_shared_by_two_tasks_stays_until_both_have_ended()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        var volume = Persistent("v");
        volume.Shared = new Resource.Types.SharedInfo();
        Create(master, volume);
        foreach (var id in (string[])["t1", "t2"])
        {
            agent.Run(Using(TaskUnder(agent, "x", id), volume));
            await master.WaitForAsync(id, TaskState.TaskRunning);
        }

        agent.Kill("t1");
        await master.WaitForAsync("t1", TaskState.TaskKilled);
        (await AskAsync(master, "echo both > data/file && cat data/file")).ShouldBe("both\n");
        agent.Kill("t2");
        await master.WaitForAsync("t2", TaskState.TaskKilled);

        (await AskAsync(master, "ls data/ 2> /dev/null || echo none")).ShouldBe("none\n");
    }

    [Fact]
    public async Task A_volume_of_the_executors_own_is_there_for_as_long_as_the_executor()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        Create(master, Persistent("v"));
        var first = TaskUnder(agent, "x", "t1");
        first.Executor.Resources.Add(Persistent("v"));

        agent.Run(first);
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        (await AskAsync(master, "echo own > data/file && cat data/file")).ShouldBe("own\n");
        agent.Kill("t1");
        await master.WaitForAsync("t1", TaskState.TaskKilled);

        (await AskAsync(master, "cat data/file")).ShouldBe("own\n");
    }

    [Fact]
    public async Task It_is_still_there_after_a_restart_of_the_agent_and_goes_with_its_task()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        Create(master, Persistent("v"));
        agent.Run(Using(TaskUnder(agent, "x", "t1"), Persistent("v")));
        agent.Run(TaskUnder(agent, "x", "t2"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        await master.WaitForAsync("t2", TaskState.TaskRunning);
        master.Converted = [Persistent("v")];
        agent.KeepPort();

        await agent.CrashAsync();
        await agent.StartProcessAsync();
        agent.Run(TaskUnder(agent, "x", "t3"));
        await master.WaitForAsync("t3", TaskState.TaskRunning);

        (await AskAsync(master, "echo kept > data/file && cat data/file")).ShouldBe("kept\n");
        agent.Kill("t1");
        await master.WaitForAsync("t1", TaskState.TaskKilled);
        (await AskAsync(master, "ls data/ 2> /dev/null || echo none")).ShouldBe("none\n");
    }

    [Theory]
    [InlineData("there", "a folder is at 'there' in the executor's sandbox already")]
    [InlineData("link/data", "What is at 'link' in the task's sandbox is no folder")]
    [InlineData("../data", "has an empty part, '.' or '..'")]
    [InlineData("/data", "is absolute")]
    public async Task A_task_whose_volume_has_no_place_fails_and_the_executor_lives_on(string path, string expected)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        Create(master, Persistent("v"));
        agent.Run(TaskUnder(agent, "x", "t1"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        await AskAsync(master, "mkdir there; ln -s /tmp link; echo done");
        var volume = Persistent("v");
        volume.Disk.Volume.ContainerPath = path;

        agent.Run(Using(TaskUnder(agent, "x", "t2"), volume));

        var failed = await master.WaitForAsync("t2", TaskState.TaskFailed);
        failed.Reason.ShouldBe(Reason.ContainerUpdateFailed);
        failed.Message.ShouldContain(expected);
        (await AskAsync(master, "echo alive")).ShouldBe("alive\n");
    }

    [Fact]
    public async Task A_task_whose_volume_is_not_there_fails()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);

        agent.Run(Using(TaskUnder(agent, "x", "t1"), Persistent("v")));

        (await master.WaitForAsync("t1", TaskState.TaskFailed)).Message.ShouldContain("no volume 'v' of role 'team'");
    }

    [Fact]
    public async Task The_executors_user_writes_to_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run executors as another user");
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master);
        Create(master, Persistent("v"));
        var task = Using(TaskUnder(agent, "x", "t1"), Persistent("v"));
        task.Executor.Command.User = "nobody";

        agent.Run(task);
        await master.WaitForAsync("t1", TaskState.TaskRunning);

        (await AskAsync(master, "id -un; echo mine > data/file; stat -c %U data/file")).ShouldBe("nobody\nnobody\n");
    }

    private static string FileOf(AgentUnderTest agent, string volume) => Path.Combine(agent.WorkDirectory, "volumes", "roles", "team", volume, "file");

    /// <summary>What a command writes that the executor runs.</summary>
    private static async Task<string> AskAsync(FakeMaster master, string command, string executor = "x")
    {
        var before = master.ExecutorMessages.Count;
        Say(master, executor, "run " + command);
        await master.Eventually(() => master.ExecutorMessages.Count > before, $"the executor's answer to: {command}");
        return master.ExecutorMessages[before].Data.ToStringUtf8();
    }
}
