using System.Diagnostics;
using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>As whom tasks run, and what they can reach. Only root can give tasks users of their own.</summary>
public sealed class TaskUserTests
{
    public TaskUserTests() => Assert.SkipUnless(Environment.UserName == "root", "Only root can run tasks as other users");

    [Fact]
    public async Task A_task_s_environment_reaches_no_process_but_its_user_s()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        // The loader of every program that starts with these variables leaves a file behind, and the file's owner tells as whom.
        var folder = Directory.CreateDirectory(Path.Combine(agent.WorkDirectory, "traces")).FullName;
        await using var agentWithFolder = await AgentUnderTest.StartAsync(master, "--task-folders", folder);
        File.SetUnixFileMode(folder, (UnixFileMode)0x1FF);
        var task = TaskOf("t1", "touch ready; sleep 300");
        task.Command.User = "nobody";
        task.Command.Environment = new EnvironmentVariables
        {
            Variables = { Variable("LD_DEBUG", "files"), Variable("LD_DEBUG_OUTPUT", Path.Combine(folder, "trace")) },
        };
        task.HealthCheck = new HealthCheck
        {
            Type = HealthCheck.Types.Type.Command, DelaySeconds = 0, IntervalSeconds = 0.1, TimeoutSeconds = 20, GracePeriodSeconds = 60,
            Command = new CommandInfo { Value = "test -e ready" },
        };

        agentWithFolder.Run(task);
        await master.WaitForAsync("t1", each => each.HasHealthy && each.Healthy, "the task to be healthy");

        var owners = (await OutputOf("stat", ["-c", "%U", .. Directory.GetFiles(folder)])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        owners.ShouldNotBeEmpty();
        owners.ShouldAllBe(owner => owner == "nobody");
    }

    [Fact]
    public async Task A_task_reaches_its_sandbox_whatever_the_agents_mask_of_new_files()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartWithMaskAsync(master, "077");
        File.SetUnixFileMode(agent.WorkDirectory, (UnixFileMode)0x1C0);

        agent.Run(TaskOf("t1", "echo here > file; cat file"));

        await master.WaitForAsync("t1", TaskState.TaskFinished);
        (await agent.ReadFileAsync("t1", "stdout")).ShouldBe("here\n");
    }

    [Fact]
    public async Task A_task_that_asks_for_nobody_in_particular_gets_a_user_of_its_framework_without_any_right_of_root_s()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--task-uids", "300000-300999");

        agent.Run(TaskOf("t1", "id -u; id -un; grep -E '^(Groups|NoNewPrivs|Cap...):' /proc/self/status; ulimit -c; umask; echo mine > file"));
        await master.WaitForAsync("t1", each => each.State is TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskDropped, "the task to end");

        var lines = (await agent.ReadFileAsync("t1", "stdout")).Split('\n');
        int.Parse(lines[0], System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(300_000, 300_999);
        lines[1].ShouldBe($"dp-{lines[0]}", "programs find their user in the database");
        lines.ShouldContain($"Groups:\t{lines[0]} ");
        lines.ShouldContain("NoNewPrivs:\t1");
        lines.Where(line => line.StartsWith("Cap", StringComparison.Ordinal)).ShouldAllBe(line => line.EndsWith("\t0000000000000000", StringComparison.Ordinal));
        lines[^3..^1].ShouldBe(["0", "0022"]);
        File.ReadAllText(Path.Combine(agent.Sandbox("t1"), "file")).ShouldBe("mine\n");
    }

    [Theory, InlineData("root", "--allow-root-tasks"), InlineData("daemon", "--task-users"), InlineData("nobody-knows-me", "does not know")]
    public async Task Drops_a_task_whose_user_it_may_not_have_and_says_why(string user, string reason)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var framework = Framework(FrameworkInfo.Types.Capability.Types.Type.PartitionAware);
        framework.User = user;

        agent.Run(TaskOf("t1", "touch started"), framework);
        var dropped = await master.WaitForAsync("t1", TaskState.TaskDropped);

        dropped.Message.ShouldContain($"'{user}'");
        dropped.Message.ShouldContain(reason);
        dropped.Source.ShouldBe(TaskReport.Types.Source.Agent);
        Directory.GetFiles(agent.WorkDirectory, "started", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Tasks_of_one_user_see_neither_each_other_nor_what_is_the_agent_s()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var (first, second) = (TaskOf("first", "echo secret > /tmp/left; echo secret > /dev/shm/left; touch ready; exec sleep 3019"), TaskOf("second", $"""
            ls -A /tmp /dev/shm; printf '%s\n' =''=; cat /proc/[0-9]*/cmdline | tr '\0' ' '; echo; printf '%s\n' =''=
            ls -A {agent.WorkDirectory} {agent.WorkDirectory}/meta {agent.WorkDirectory}/slaves/*/frameworks/*/executors
            """));
        first.Command.User = second.Command.User = "nobody";
        agent.Run(first);
        await master.WaitForAsync("first", TaskState.TaskRunning);
        await master.Eventually(() => File.Exists(Path.Combine(agent.Sandbox("first"), "ready")), "the first task to be ready");

        agent.Run(second);
        await master.WaitForAsync("second", each => each.State is TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskDropped, "the second task to end");

        var parts = (await agent.ReadFileAsync("second", "stdout")).Split("==\n");
        parts[0].ShouldNotContain("left");
        parts[1].ShouldNotContain("3019");
        parts[1].ShouldNotContain("dp-agent ");
        parts[2].ShouldContain("second");
        parts[2].ShouldNotContain("first");
        (await agent.ReadFileAsync("second", "stderr")).ShouldContain("meta");
        File.Exists("/tmp/left").ShouldBeFalse();
    }

    [Fact]
    public async Task A_work_directory_that_nobody_else_may_enter_is_no_obstacle_from_the_first_start_on()
    {
        await using var master = await FakeMaster.StartAsync();
        var closed = Directory.CreateDirectory($"/var/dp-closed-{Guid.NewGuid():n}", (UnixFileMode)0x1C0).FullName;
        try
        {
            await using var agent = await AgentUnderTest.StartAsync(master, "--work-dir", Path.Combine(closed, "work"), "--fetcher-cache-dir", Path.Combine(closed, "cache"));
            var task = TaskOf("t1", "id -un; echo mine > file && cat \"$PWD/file\"; ls /");
            task.Command.User = "nobody";

            agent.Run(task);
            await master.WaitForAsync("t1", each => each.State is TaskState.TaskFinished or TaskState.TaskFailed or TaskState.TaskDropped, "the task to end");

            var sandbox = Directory.GetFiles(closed, "stdout", SearchOption.AllDirectories).Where(each => !each.Contains("latest", StringComparison.Ordinal)).ShouldHaveSingleItem();
            (await File.ReadAllTextAsync(sandbox)).ShouldStartWith("nobody\nmine\n");
        }
        finally
        {
            Directory.Delete(closed, recursive: true);
        }
    }

    [Fact]
    public async Task Root_where_it_is_allowed_keeps_no_right_over_the_host()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--allow-root-tasks");
        var task = TaskOf("t1", "id -u; mount -t tmpfs none /mnt && echo mounted; mknod device b 7 0 && echo made; echo x > /proc/sys/kernel/hostname && echo renamed; true");
        task.Command.User = "root";

        agent.Run(task);
        await master.WaitForAsync("t1", TaskState.TaskFinished);

        (await agent.ReadFileAsync("t1", "stdout")).ShouldBe("0\n");
    }

    private static EnvironmentVariables.Types.Variable Variable(string name, string value) => new() { Name = name, Value = value };

    private static async Task<string> OutputOf(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }
}
