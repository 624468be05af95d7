using System.Diagnostics;
using System.Globalization;
using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class KillTests
{
    public static readonly TheoryData<string> Isolations = ["auto", "processes"];

    [Theory, MemberData(nameof(Isolations))]
    public async Task Ends_the_whole_process_tree_before_it_says_so(string isolation)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--isolation", isolation);
        // A child, and a daemon that has left session and parent.
        agent.Run(TaskOf("t1", "sleep 300 & echo $! > child; setsid sh -c 'sleep 301 & echo $! > daemon'; wait"), Framework(Capability.TaskKillingState));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        var sandbox = agent.Sandbox("t1");
        await master.Eventually(() => Has(sandbox, "child") && Has(sandbox, "daemon"), "the task's processes");
        var processes = new[] { Pid(sandbox, "child"), Pid(sandbox, "daemon") };
        processes.ShouldAllBe(pid => Native.IsAlive(pid));

        agent.Kill("t1");
        var killed = await master.WaitForAsync("t1", TaskState.TaskKilled);

        processes.ShouldAllBe(pid => !Native.IsAlive(pid));
        killed.Source.ShouldBe(TaskReport.Types.Source.Executor);
        master.Reports("t1").Select(each => each.State).ShouldBe(
            [TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskKilling, TaskState.TaskKilled]);
    }

    [Fact]
    public async Task Gives_a_stubborn_task_its_grace_period_and_no_more()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(TaskOf("t1", "trap 'echo asked >> asked' TERM; touch ready; while :; do sleep 0.1; done"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        var sandbox = agent.Sandbox("t1");
        await master.Eventually(() => File.Exists(Path.Combine(sandbox, "ready")), "the task to be ready");

        var watch = Stopwatch.StartNew();
        agent.Kill("t1", TimeSpan.FromSeconds(1));
        var killed = await master.WaitForAsync("t1", TaskState.TaskKilled);

        watch.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5));
        File.Exists(Path.Combine(sandbox, "asked")).ShouldBeTrue("SIGTERM comes before SIGKILL");
        killed.Message.ShouldContain("SIGKILL");
        master.Reports("t1").ShouldNotContain(each => each.State == TaskState.TaskKilling, "the framework does not know TASK_KILLING");
    }

    [Fact]
    public async Task Ends_a_task_that_runs_longer_than_it_may()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var task = TaskOf("t1", "sleep 300");
        task.MaxCompletionTime = new DurationInfo { Nanoseconds = 300_000_000 };

        agent.Run(task);

        (await master.WaitForAsync("t1", TaskState.TaskFailed)).Reason.ShouldBe(TaskReport.Types.Reason.MaxCompletionTimeReached);
    }

    [Fact]
    public async Task Ends_a_root_task_that_has_left_its_groups()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can move processes between groups");
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--allow-root-tasks");
        // One process moves to the root of every tree, where it may; another to a group of its own below the task's.
        var task = TaskOf("t1", """
            sleep 300 & echo $! > out
            for root in /sys/fs/cgroup/* /sys/fs/cgroup; do echo $! > $root/cgroup.procs; done 2> moved
            sleep 301 & echo $! > below
            own=$(sed -n 's/.*:freezer:\(.*\)/\1/p' /proc/self/cgroup); mkdir /sys/fs/cgroup/freezer$own/below && echo $! > /sys/fs/cgroup/freezer$own/below/cgroup.procs
            touch ready; wait
            """);
        task.Command.User = "root";
        agent.Run(task);
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        var sandbox = agent.Sandbox("t1");
        await master.Eventually(() => File.Exists(Path.Combine(sandbox, "ready")), "the task to be ready");
        var processes = new[] { Pid(sandbox, "out"), Pid(sandbox, "below") };

        agent.Kill("t1", TimeSpan.FromMilliseconds(200));
        await master.WaitForAsync("t1", TaskState.TaskKilled);

        processes.ShouldAllBe(pid => !Native.IsAlive(pid));
    }

    [Fact]
    public async Task Ends_what_is_outside_of_a_task_s_groups_with_the_task_and_what_is_in_groups_below()
    {
        Assert.SkipUnless(Environment.UserName == "root", "Only root can move processes between groups");
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        agent.Run(TaskOf("t1", "sleep 300 & echo $! > out; sleep 301 & echo $! > below; touch ready; wait"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        var sandbox = agent.Sandbox("t1");
        await master.Eventually(() => File.Exists(Path.Combine(sandbox, "ready")), "the task to be ready");
        var (outside, below) = (Pid(sandbox, "out"), Pid(sandbox, "below"));
        // As a task with more rights than it should have could do it.
        var group = File.ReadLines($"/proc/{below}/cgroup").Select(line => line.Split(':', 3)).FirstOrDefault(each => each[1] == "freezer")?[2];
        Assert.SkipWhen(group is null, "This host has no freezer of cgroup v1");
        Directory.CreateDirectory($"/sys/fs/cgroup/freezer{group}/below");
        await File.WriteAllTextAsync($"/sys/fs/cgroup/freezer{group}/below/cgroup.procs", $"{below}");
        foreach (var tree in Directory.GetDirectories("/sys/fs/cgroup").Where(each => File.Exists(Path.Combine(each, "cgroup.procs"))))
            await File.WriteAllTextAsync(Path.Combine(tree, "cgroup.procs"), $"{outside}");

        agent.Kill("t1", TimeSpan.FromMilliseconds(200));
        await master.WaitForAsync("t1", TaskState.TaskKilled);

        Native.IsAlive(below).ShouldBeFalse();
        Native.IsAlive(outside).ShouldBeFalse();
    }

    [Fact]
    public async Task Tells_the_master_when_it_has_no_such_task()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.Kill("nobody");

        (await master.WaitForAsync("nobody", TaskState.TaskDropped)).Source.ShouldBe(TaskReport.Types.Source.Agent);
    }

    [Fact]
    public async Task Leaves_no_process_and_no_group_when_stopped_with_its_tasks()
    {
        await using var master = await FakeMaster.StartAsync();
        // Of this process alone: other tests may run on the machine.
        var group = $"dptest-{Environment.ProcessId}-stopped";
        await using var agent = await AgentUnderTest.StartAsync(master, "--cgroups-root", group);
        agent.Run(TaskOf("t1", "echo $$ > pid; exec sleep 300"));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        await master.Eventually(() => Has(agent.Sandbox("t1"), "pid"), "the task's pid");
        var pid = Pid(agent.Sandbox("t1"), "pid");

        await agent.StopAsync();

        Native.IsAlive(pid).ShouldBeFalse();
        if (Directory.Exists("/sys/fs/cgroup"))
            Directory.GetDirectories("/sys/fs/cgroup").Where(each => Directory.Exists(Path.Combine(each, group))).ShouldBeEmpty();
    }

    internal static bool Has(string sandbox, string file) =>
        File.Exists(Path.Combine(sandbox, file)) && File.ReadAllText(Path.Combine(sandbox, file)).EndsWith('\n');

    /// <summary>The host's number of the process that a task has written its own number of to a file.</summary>
    internal static int Pid(string sandbox, string file) =>
        Native.HostPid(int.Parse(File.ReadAllText(Path.Combine(sandbox, file)).Trim(), CultureInfo.InvariantCulture), sandbox)
        ?? throw new InvalidOperationException($"No process in {sandbox} is what {file} says");
}
