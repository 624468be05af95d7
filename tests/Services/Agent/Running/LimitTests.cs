using System.Net;
using System.Net.Sockets;
using DataPlatform.Core.Protocol.Mesos;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class LimitTests
{
    private const string Hog = "python3 -c 'data = []\nwhile True: data.append(bytearray(1 << 20))'";

    [Fact]
    public async Task A_task_that_takes_more_memory_than_it_has_fails_with_that_reason()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        await SkipWithoutAsync(agent, "memory");

        agent.Run(TaskOf("hog", Hog));
        var failed = await master.WaitForAsync("hog", TaskState.TaskFailed);

        failed.Reason.ShouldBe(TaskReport.Types.Reason.ContainerLimitationMemory);
        failed.Message.ShouldContain("64 MiB");
        failed.Limitation.Resources.ShouldHaveSingleItem().Name.ShouldBe("mem");
    }

    [Fact]
    public async Task A_task_can_not_have_more_processes_than_allowed()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--pids-limit", "20");
        await SkipWithoutAsync(agent, "pids");

        agent.Run(TaskOf("forks", "for i in $(seq 60); do sleep 5 & done; jobs -p | wc -l"));
        await master.WaitForAsync("forks", each => each.State is TaskState.TaskFinished or TaskState.TaskFailed, "the task to end");

        (await agent.ReadFileAsync("forks", "stderr")).ShouldContain("fork");
    }

    [Fact]
    public async Task Logs_are_kept_within_their_bound_and_the_latest_lines_can_be_read()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--max-log-size", "200KB");

        agent.Run(TaskOf("chatty", "i=0; while [ ! -e enough ]; do i=$((i+1)); echo \"line $i of many words that fill the log\"; [ $((i % 2000)) = 0 ] && sleep 0.1; done; echo the end"));
        await master.WaitForAsync("chatty", TaskState.TaskRunning);
        var sandbox = agent.Sandbox("chatty");
        await master.Eventually(() => File.Exists(Path.Combine(sandbox, "stdout.1")), "the log to be cut");
        await File.WriteAllTextAsync(Path.Combine(sandbox, "enough"), "");
        await master.WaitForAsync("chatty", TaskState.TaskFinished);

        (await agent.ReadFileAsync("chatty", "stdout")).ShouldEndWith("the end\n");
        new System.IO.FileInfo(Path.Combine(sandbox, "stdout.1")).Length.ShouldBeLessThanOrEqualTo(100 * 1024);
    }

    [Fact]
    public async Task A_task_that_writes_as_fast_as_it_can_never_has_more_of_its_log_on_the_disk_than_the_bound()
    {
        const long bound = 1 << 20;
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--max-log-size", "1MB");

        agent.Run(TaskOf("flood", "head -c 300M /dev/zero; echo; echo the end"));
        await master.WaitForAsync("flood", TaskState.TaskRunning);
        var sandbox = agent.Sandbox("flood");
        long most = 0;
        await master.Eventually(
            () =>
            {
                for (var look = 0; look < 100; look++)
                    most = Math.Max(most, SizeOf(sandbox, "stdout") + SizeOf(sandbox, "stdout.1"));
                return master.Reports("flood").Any(each => each.State == TaskState.TaskFinished);
            },
            "the task to end", seconds: 60);

        most.ShouldBeLessThanOrEqualTo(bound + (bound / 8));
        (await agent.ReadFileAsync("flood", "stdout")).ShouldEndWith("the end\n");
    }

    private static long SizeOf(string folder, string name) =>
        new System.IO.FileInfo(Path.Combine(folder, name)) is { Exists: true } file ? file.Length : 0;

    [Fact]
    public async Task A_port_that_is_taken_on_the_host_is_named_before_anything_starts()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var task = TaskOf("t1", "true");
        task.Resources.Add(new Resource
        {
            Name = "ports",
            Type = Value.Types.Type.Ranges,
            Ranges = new Value.Types.Ranges { Range = { new Value.Types.Range { Begin = (ulong)taken, End = (ulong)taken } } },
        });

        agent.Run(task);

        (await master.WaitForAsync("t1", TaskState.TaskFailed)).Message.ShouldContain($"Port {taken} ");
    }

    [Fact]
    public async Task A_full_disk_fails_the_task_with_what_is_full_and_the_agent_serves_on()
    {
        var disk = Directory.CreateTempSubdirectory("dp-agent-disk-").FullName;
        using var mount = SmallDisk.TryMount(disk, megabytes: 4);
        Assert.SkipWhen(mount is null, "A small file system can't be mounted here (needs root)");
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, workDirectory => ["--fetcher-cache-dir", disk, "--fetcher-local-dirs", workDirectory]);
        var big = Path.Combine(agent.WorkDirectory, "big");
        await File.WriteAllBytesAsync(big, new byte[8 << 20]);
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(big)));
        var task = TaskOf("t1", "true");
        task.Command.Uris.Add(new CommandInfo.Types.URI { Value = $"file://{big}#sha256={digest}" });

        agent.Run(task);
        var failed = await master.WaitForAsync("t1", TaskState.TaskFailed);
        agent.Run(TaskOf("t2", "true"));
        await master.WaitForAsync("t2", TaskState.TaskFinished);

        failed.Message.ShouldContain($"the disk at {disk} is full");
    }

    private static async Task SkipWithoutAsync(AgentUnderTest agent, string controller)
    {
        var (_, answer, _) = await agent.CallAsync(new AgentOperatorCall { Type = AgentOperatorCall.Types.Type.GetFlags });
        var isolation = answer!.GetFlags.Flags.Single(each => each.Name == "isolation").Value;
        Assert.SkipWhen(
            isolation == "processes" || agent.Log.Contains($"no {controller} controller", StringComparison.Ordinal),
            $"This host has no usable cgroup {controller} controller: {isolation}");
    }
}
