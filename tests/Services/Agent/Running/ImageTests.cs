using System.Diagnostics;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Tests.Agent.Images;
using DataPlatform.Services.Tests.Agent.Nested;
using DataPlatform.Services.Tests.Agent.Volumes;
using static DataPlatform.Services.Tests.Agent.Images.ImageCommandTests;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using static DataPlatform.Services.Tests.Agent.Volumes.VolumeRulesTests;
using Mode = DataPlatform.Core.Protocol.Mesos.Volume.Types.Mode;
using SandboxPath = DataPlatform.Core.Protocol.Mesos.Volume.Types.Source.Types.SandboxPath;

namespace DataPlatform.Services.Tests.Agent.Running;

/// <summary>Tasks in images that a real podman keeps. The images are made here, from programs of this host.</summary>
public sealed class ImageTests
{
    public ImageTests()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give tasks mounts of their own");
        Assert.SkipUnless(File.Exists("/usr/bin/podman"), "podman is not installed");
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_task_sees_its_image_its_sandbox_and_nothing_else_of_the_host(bool docker)
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage());

        agent.Run(With(TaskOf("t1", "cat /greeting; ls /; ls /etc; pwd; id -u; id -un; echo $GREETING $MESOS_TASK_ID $MESOS_SANDBOX $HOME; ls /dev; echo kept > file; echo x > /tmp/x; echo x > /no; true"), docker));
        await master.WaitForAsync("t1", TaskState.TaskFinished);

        var output = await agent.ReadFileAsync("t1", "stdout");
        var lines = output.Split('\n');
        lines[0].ShouldBe("hello");
        lines.ShouldContain("/mnt/mesos/sandbox");
        lines.ShouldContain("of the image t1 /mnt/mesos/sandbox /mnt/mesos/sandbox");
        lines.ShouldNotContain("home", "of the host");
        lines.ShouldNotContain("hidden", "a higher layer hides it");
        lines.ShouldNotContain(line => line.StartsWith(".left", StringComparison.Ordinal));
        lines.ShouldContain("urandom");
        lines.ShouldNotContain("sda");
        var user = lines.Single(line => uint.TryParse(line, out _));
        uint.Parse(user, System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(200_000u, 299_999u);
        lines.ShouldContain($"dp-{user}", "the image's users and the task's");
        File.ReadAllText(Path.Combine(agent.Sandbox("t1"), "file")).ShouldBe("kept\n");
        (await agent.ReadFileAsync("t1", "stderr")).ShouldContain("/no: Read-only file system");
        File.Exists("/tmp/x").ShouldBeFalse();
    }

    [Fact]
    public async Task A_task_has_no_right_and_no_process_of_the_host()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage());

        agent.Run(With(TaskOf("t1", "cat /proc/self/status; for each in /proc/[0-9]*; do cat $each/cmdline; done; ls /proc/1/root/ /proc/1/cwd/")));
        await master.WaitForAsync("t1", each => each.State is TaskState.TaskFinished or TaskState.TaskFailed, "the task to end");

        var output = await agent.ReadFileAsync("t1", "stdout");
        output.ShouldContain("NoNewPrivs:\t1");
        output.ShouldContain("CapBnd:\t0000000000000000");
        output.ShouldContain("CapEff:\t0000000000000000");
        output.ShouldNotContain("dp-agent");
        output.ShouldContain("greeting");
        output.ShouldNotContain("vmlinuz");
    }

    [Fact]
    public async Task A_session_beside_a_task_sees_its_image_and_has_a_terminal_there()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage());
        agent.Run(With(TaskOf("t1", "exec sleep 300")));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        using var client = new NestedClient(agent);

        await using var session = await client.StartAsync(NestedClient.IdWithin(master, "t1", "s1"), "cat /greeting; pwd; [ -t 0 ] && [ -t 1 ] && echo terminal; echo told > /dev/tty; id -u", NestedClient.Terminal());
        var lines = (await client.ReadAsync(session)).Output.Split('\n', StringSplitOptions.TrimEntries);

        lines[..4].ShouldBe(["hello", "/mnt/mesos/sandbox", "terminal", "told"]);
        uint.Parse(lines[4], System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(200_000u, 299_999u);
        (await session.WaitAsync(client.Limit)).ShouldBe(0);
    }

    [Fact]
    public async Task A_container_that_is_launched_to_stay_sees_its_image_and_outlives_the_agent()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage());
        agent.Run(With(TaskOf("t1", "exec sleep 300")));
        await master.WaitForAsync("t1", TaskState.TaskRunning);
        var id = NestedClient.IdWithin(master, "t1", "n1");
        using (var client = new NestedClient(agent))
            (await client.LaunchAsync(id, "cat /greeting; until [ -e go ]; do sleep 0.05; done; exit 6")).Status.ShouldBe(200);
        var output = Path.Combine(agent.Sandbox("t1"), "containers", "n1", "stdout");
        // What an agent has read and not yet written when it is killed is lost.
        await master.Eventually(() => File.Exists(output) && File.ReadAllText(output) == "hello\n", "what it says");

        await agent.CrashAsync();
        await agent.StartProcessAsync();
        await File.WriteAllTextAsync(Path.Combine(agent.Sandbox("t1"), "go"), "");

        using var again = new NestedClient(agent);
        (await again.WaitAsync(id)).ShouldBe(6 << 8);
        (await File.ReadAllTextAsync(output)).ShouldBe("hello\n");
    }

    [Fact]
    public async Task What_the_image_says_is_run_where_the_task_says_nothing()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage { EntryPoint = ["/bin/sh", "-c", "echo \"$0 in $(pwd)\"; exit 3"], Command = ["started"], WorkingDirectory = "/srv/place" });
        var task = With(TaskOf("t1", ""));
        task.Command = new CommandInfo { Shell = false };

        agent.Run(task);

        var failed = await master.WaitForAsync("t1", TaskState.TaskFailed);
        failed.Message.ShouldContain("status 3");
        (await agent.ReadFileAsync("t1", "stdout")).ShouldBe("started in /srv/place\n");
    }

    [Fact]
    public async Task A_container_outlives_its_agent_and_is_checked_and_ended_by_the_next()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage());
        var task = With(TaskOf("t1", "trap 'echo ended; exit 0' TERM; : > ready; while :; do sleep 0.05; done"));
        task.HealthCheck = new HealthCheck
        {
            Type = HealthCheck.Types.Type.Command, DelaySeconds = 0, IntervalSeconds = 0.1, TimeoutSeconds = 20, GracePeriodSeconds = 60, ConsecutiveFailures = 1000,
            Command = new CommandInfo { Value = "cat /greeting && cat ready" },
        };
        agent.Run(task);
        await master.WaitForAsync("t1", each => each.HasHealthy && each.Healthy, "the task to be healthy");

        await agent.CrashAsync();
        var before = master.Reports("t1").Count;
        await agent.StartProcessAsync();
        await master.Eventually(() => agent.Log.Contains("may run from images", StringComparison.Ordinal), "the agent to be there");
        var (_, shown, _) = await agent.CallAsync(new AgentOperatorCall { Type = AgentOperatorCall.Types.Type.GetContainers });
        var used = shown!.GetContainers.Containers.ShouldHaveSingleItem().ResourceStatistics;
        (used.Processes > 0, used.MemTotalBytes > 0, used.MemLimitBytes).ShouldBe((true, true, 64ul << 20));
        File.Delete(Path.Combine(agent.Sandbox("t1"), "ready"));
        await master.WaitForAsync("t1", each => each.HasHealthy && !each.Healthy && each.State == TaskState.TaskRunning, "the task to be unhealthy");

        master.Reports("t1").Skip(before).ShouldAllBe(report => report.State != TaskState.TaskFailed);
        agent.Kill("t1");
        await master.WaitForAsync("t1", TaskState.TaskKilled);
        (await agent.ReadFileAsync("t1", "stdout")).ShouldBe("ended\n");
        Mounts().ShouldNotContain(line => line.Contains(agent.WorkDirectory, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Root_where_it_is_allowed_changes_neither_the_image_nor_the_host()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage(), _ => ["--allow-root-tasks"]);
        var task = With(TaskOf("t1", "id -u; echo x > /greeting && echo changed; rm /greeting && echo removed; echo x > /proc/sys/kernel/hostname && echo renamed; echo x > /sys/kernel/mm/ksm/run && echo set; true"));
        task.Command.User = "root";

        agent.Run(task);
        await master.WaitForAsync("t1", TaskState.TaskFinished);

        (await agent.ReadFileAsync("t1", "stdout")).ShouldBe("0\n");
    }

    [Fact]
    public async Task Tasks_of_a_pod_have_images_of_their_own_and_share_a_folder()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage());
        var (writes, reads) = (With(TaskOf("writes", "cat /greeting > /out/new; : > /out/done"), docker: false), TaskOf("reads", "while [ ! -e in/done ]; do sleep 0.02; done; cat in/new"));
        writes.Container.Volumes.Add(OfSandbox("/out", SandboxPath.Types.Type.Parent, "shared"));

        agent.RunGroup("pod", Framework(), writes, VolumeRulesTests.With(reads, OfSandbox("in", SandboxPath.Types.Type.Parent, "shared")));

        var container = (await master.WaitForAsync("reads", TaskState.TaskFinished)).ContainerStatus.ContainerId.Value;
        (await agent.ReadFileAsync("pod", $"containers/{container}/stdout")).ShouldBe("hello\n");
    }

    [Fact]
    public async Task What_it_takes_too_much_of_ends_it()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage());
        var disk = With(TaskOf("disk", "cat /dev/zero > /tmp/zero"));
        disk.Resources.Add(AgentUnderTest.Scalar("disk", 8));
        var memory = With(TaskOf("memory", "a=aaaaaaaaaaaaaaaa; while :; do a=$a$a; done"));
        var time = With(TaskOf("time", "sleep 300"));
        time.MaxCompletionTime = new DurationInfo { Nanoseconds = 200_000_000 };

        foreach (var task in (TaskInfo[])[disk, memory, time])
            agent.Run(task);

        (await master.WaitForAsync("disk", TaskState.TaskFailed)).Reason.ShouldBe(TaskReport.Types.Reason.ContainerLimitationDisk);
        (await master.WaitForAsync("memory", TaskState.TaskFailed)).Reason.ShouldBe(TaskReport.Types.Reason.ContainerLimitationMemory);
        (await master.WaitForAsync("time", TaskState.TaskFailed)).Reason.ShouldBe(TaskReport.Types.Reason.MaxCompletionTimeReached);
    }

    [Fact]
    public async Task Volumes_are_where_the_task_wants_them_in_the_container()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage(), work => ["--host-volume-folders", Path.Combine(work, "shared"), "--task-folders", Path.Combine(work, "lake")]);
        var (shared, lake) = (Folder(agent, "shared"), Folder(agent, "lake"));
        File.WriteAllText(Path.Combine(shared, "file"), "of the host\n");
        var task = With(TaskOf("t1", $"cat /data/in/file; echo no > /data/in/file; echo mine > /data/out/mine; cat below/file; echo lake > {lake}/new; true"));
        task.Container.Volumes.Add(new[] { OfHost(shared, "/data/in", Mode.Ro), OfHost(shared, "/data/out", Mode.Rw), OfHost(shared, "below", Mode.Ro) });

        agent.Run(task);

        await master.WaitForAsync("t1", TaskState.TaskFinished);
        (await agent.ReadFileAsync("t1", "stdout")).ShouldBe("of the host\nof the host\n");
        (await agent.ReadFileAsync("t1", "stderr")).ShouldContain("Read-only file system");
        File.ReadAllText(Path.Combine(shared, "mine")).ShouldBe("mine\n");
        File.ReadAllText(Path.Combine(lake, "new")).ShouldBe("lake\n");
    }

    [Fact]
    public async Task Without_a_network_it_is_still_checked_where_it_listens()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage());
        var task = Serving(31999, docker: ContainerInfo.Types.DockerInfo.Types.Network.None);
        task.Container.Hostname = "alone";
        task.Check = new CheckInfo { Type = CheckInfo.Types.Type.Tcp, DelaySeconds = 0, IntervalSeconds = 0.1, Tcp = new() { Port = 31999 } };

        agent.Run(task);

        await master.WaitForAsync("t1", each => each.HasHealthy && each.Healthy, "the task to answer HTTP");
        await master.WaitForAsync("t1", each => each.CheckStatus?.Tcp is { HasSucceeded: true, Succeeded: true }, "the task to take connections");
        var said = await agent.ReadFileAsync("t1", "stdout");
        said.ShouldStartWith("alone\n");
        said.Split('\n').Count(line => line.Contains(':', StringComparison.Ordinal)).ShouldBe(1, "only its loopback");
        await Should.ThrowAsync<HttpRequestException>(() => GetAsync(31999));
    }

    [Fact]
    public async Task A_container_on_the_bridge_is_reached_by_the_ports_that_it_was_offered_and_leaves_nothing_of_them()
    {
        using var rules = NetworkRules.TryKeep();
        Assert.SkipWhen(rules is null, "the CNI plugins (/usr/lib/cni), iptables or ip are not installed");
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage(), _ => ["--bridge-subnet", "10.213.77.0/28"]);
        var task = Serving(8080, docker: ContainerInfo.Types.DockerInfo.Types.Network.Bridge);
        task.Container.Docker.PortMappings.Add(new ContainerInfo.Types.DockerInfo.Types.PortMapping { HostPort = 31077, ContainerPort = 8080 });
        task.Resources.Add(new Resource { Name = "ports", Type = Value.Types.Type.Ranges, Ranges = new Value.Types.Ranges { Range = { new Value.Types.Range { Begin = 31077, End = 31077 } } } });

        agent.Run(task);
        await master.WaitForAsync("t1", each => each.HasHealthy && each.Healthy, "the task to answer HTTP");
        (await GetAsync(31077)).ShouldBe(200);
        await agent.CrashAsync();
        (await GetAsync(31077)).ShouldBe(200);
        NetworkRules.Ports().ShouldContain("31077");

        await agent.StartProcessAsync();
        agent.Kill("t1");
        await master.WaitForAsync("t1", TaskState.TaskKilled);
        await master.Eventually(() => !NetworkRules.Ports().Contains("31077", StringComparison.Ordinal) && !NetworkRules.HasBridges(), "the port and the bridge to go");
    }

    [Fact]
    public async Task The_bridge_is_refused_where_nothing_allows_it()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage());

        agent.Run(Serving(8080, docker: ContainerInfo.Types.DockerInfo.Types.Network.Bridge));

        (await master.WaitForAsync("t1", TaskState.TaskFailed)).Message.ShouldContain("network BRIDGE: it has no --bridge-subnet");
    }

    [Fact]
    public async Task An_image_of_a_registry_is_pulled_once_and_again_where_the_task_wants_it_fresh()
    {
        await using var registry = await TinyRegistry.StartAsync();
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, "--image-providers", "docker", "--docker-registry", registry.Address);
        foreach (var id in (string[])["first", "second"])
        {
            agent.Run(With(TaskOf(id, "cat /greeting"), image: "team/app:1.0"));
            await master.WaitForAsync(id, TaskState.TaskFinished);
        }

        registry.Pulls.ShouldBe(1);
        registry.Image = new TinyImage { Greeting = "anew" };
        var fresh = With(TaskOf("fresh", "cat /greeting"), image: "team/app:1.0");
        fresh.Container.Docker.ForcePullImage = true;
        agent.Run(fresh);
        await master.WaitForAsync("fresh", TaskState.TaskFinished);
        agent.Run(With(TaskOf("absent", "true"), image: "team/app:2.0"));
        agent.Run(With(TaskOf("elsewhere", "true"), image: "example.org/app"));

        (await agent.ReadFileAsync("second", "stdout")).ShouldBe("hello\n");
        (await agent.ReadFileAsync("fresh", "stdout")).ShouldBe("anew\n");
        (await master.WaitForAsync("absent", TaskState.TaskFailed)).Message.ShouldContain("team/app:2.0' can't be pulled");
        (await master.WaitForAsync("elsewhere", TaskState.TaskFailed)).Message.ShouldContain("is of another registry than 127.0.0.1:");
    }

    [Fact]
    public async Task An_image_that_can_not_be_had_is_told_with_the_reason()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage());
        var archive = Path.Combine(agent.WorkDirectory, "archives", "broken.tar");
        File.WriteAllText(archive, "no archive");

        agent.Run(With(TaskOf("absent", "true"), image: "absent"));
        agent.Run(With(TaskOf("broken", "true"), image: "broken"));

        var absent = await master.WaitForAsync("absent", TaskState.TaskFailed);
        absent.Reason.ShouldBe(TaskReport.Types.Reason.ContainerLaunchFailed);
        absent.Message.ShouldContain("there is no image 'absent:latest'");
        (await master.WaitForAsync("broken", TaskState.TaskFailed)).Message.ShouldContain($"podman can't load {archive}");
    }

    [Fact]
    public async Task An_image_that_takes_too_much_of_the_disk_is_refused_and_does_not_stay()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage(), _ => ["--max-archive-size", "1MB"]);

        agent.Run(With(TaskOf("t1", "true")));

        (await master.WaitForAsync("t1", TaskState.TaskFailed)).Message.ShouldContain("more of the disk than the agent's --max-archive-size allows (1048576 bytes)");
        (await SaysAsync(agent, "images", "--quiet")).ShouldBe("");
    }

    [Fact]
    public async Task An_agent_that_was_not_told_to_refuses_images()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.Run(With(TaskOf("t1", "true")));

        var failed = await master.WaitForAsync("t1", TaskState.TaskFailed);
        failed.Reason.ShouldBe(TaskReport.Types.Reason.ContainerLaunchFailed);
        failed.Message.ShouldContain("runs nothing from images: its --image-providers does not name docker");
    }

    [Fact]
    public async Task An_archive_that_is_written_anew_is_another_image_and_an_unused_one_goes_when_the_disk_is_full()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage(), _ => ["--gc-disk-headroom", "0.999"]);
        agent.Run(With(TaskOf("old", ": > ready; sleep 300")));
        await master.WaitForAsync("old", TaskState.TaskRunning);
        new TinyImage { Greeting = "anew" }.Save(Path.Combine(agent.WorkDirectory, "archives", "tiny.tar"));
        agent.Run(With(TaskOf("new", "cat /greeting; sleep 300")));
        await master.WaitForAsync("new", TaskState.TaskRunning);
        await master.Eventually(() => File.ReadAllText(Path.Combine(agent.Sandbox("new"), "stdout")) == "anew\n", "the new image's greeting");
        Used(agent).Count.ShouldBe(2);

        agent.Kill("new");
        await master.WaitForAsync("new", TaskState.TaskKilled);
        await master.Eventually(() => Used(agent).Count == 1, "the unused image to go");

        (await SaysAsync(agent, "images", "--quiet", "--no-trunc")).ShouldBe("sha256:" + Used(agent)[0] + "\n", "that in use stays");
    }

    [Fact]
    public async Task An_executor_from_an_image_is_given_the_volume_of_its_task()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await StartAsync(master, new TinyImage());
        VolumeTests.Create(master, VolumeTests.Persistent("v"));
        var task = VolumeTests.Using(ExecutorTests.TaskUnder(agent, "x", "t1"), VolumeTests.Persistent("v"));
        task.Executor.Container = Container(docker: true, "tiny");
        task.Executor.Command = new CommandInfo { Value = "echo $MESOS_EXECUTOR_AUTHENTICATION_TOKEN; until (echo kept > data/file) 2> /dev/null; do sleep 0.05; done; exec sleep 300" };
        agent.Run(task);
        var token = "";
        await master.Eventually(() => Directory.Exists(Path.Combine(agent.WorkDirectory, "meta", "runs")) && (token = OutputOf(agent, "x")).EndsWith('\n'), "the executor to run");

        using var http = new HttpClient { BaseAddress = agent.Endpoint };
        using var subscribe = new HttpRequestMessage(HttpMethod.Post, "/api/v1/executor")
        {
            Content = new StringContent($"{{\"type\":\"SUBSCRIBE\",\"subscribe\":{{}},\"executor_id\":{{\"value\":\"x\"}},\"framework_id\":{{\"value\":\"{FrameworkId}\"}}}}", System.Text.Encoding.UTF8, "application/json"),
            Headers = { Authorization = new("Bearer", token.Trim()) },
        };
        using var subscription = await http.SendAsync(subscribe, HttpCompletionOption.ResponseHeadersRead);

        subscription.IsSuccessStatusCode.ShouldBeTrue();
        var file = Path.Combine(agent.WorkDirectory, "volumes", "roles", "team", "v", "file");
        await master.Eventually(() => File.Exists(file) && File.ReadAllText(file) == "kept\n", "the executor to write to the volume");
    }

    private static string OutputOf(AgentUnderTest agent, string executor) =>
        Directory.GetFiles(agent.WorkDirectory, "stdout", SearchOption.AllDirectories).Where(each => each.Contains($"/executors/{executor}/", StringComparison.Ordinal)).Select(File.ReadAllText).FirstOrDefault("");

    private static Task<AgentUnderTest> StartAsync(FakeMaster master, TinyImage image, Func<string, string[]>? more = null) => AgentUnderTest.StartAsync(master, work =>
    {
        image.Save(Path.Combine(work, "archives", "tiny.tar"));
        return ["--image-providers", "docker", "--docker-registry", Path.Combine(work, "archives"), .. more?.Invoke(work) ?? []];
    });

    private static TaskInfo With(TaskInfo task, bool docker = true, string image = "tiny")
    {
        task.Container = Container(docker, image);
        return task;
    }

    /// <summary>Answers HTTP on a port and is checked for that.</summary>
    private static TaskInfo Serving(uint port, ContainerInfo.Types.DockerInfo.Types.Network docker)
    {
        var serve = $"socket(S,2,1,6);bind(S,pack(\"Sna4x8\",2,{port},\"\\0\\0\\0\\0\")) or die $!;listen(S,5);while(accept(C,S)){{sysread(C,$r,999);syswrite(C,\"HTTP/1.0 200 OK\\r\\n\\r\\n\");close(C)}}";
        var task = With(TaskOf("t1", "cat /proc/sys/kernel/hostname /proc/net/dev; exec perl -e \"$SERVE\""));
        task.Container.Docker.Network = docker;
        task.Command.Environment = new EnvironmentVariables { Variables = { new EnvironmentVariables.Types.Variable { Name = "SERVE", Value = serve } } };
        task.HealthCheck = new HealthCheck
        {
            Type = HealthCheck.Types.Type.Http, DelaySeconds = 0, IntervalSeconds = 0.1, TimeoutSeconds = 20, GracePeriodSeconds = 60, Http = new() { Port = port, Path = "/" },
        };
        return task;
    }

    private static async Task<int> GetAsync(int port)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/"));
        return (int)answer.StatusCode;
    }

    private static DataPlatform.Core.Protocol.Mesos.Volume OfHost(string path, string containerPath, Mode mode) => new() { Mode = mode, ContainerPath = containerPath, HostPath = path };

    private static string Folder(AgentUnderTest agent, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(agent.WorkDirectory, name)).FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0x1FF);
        return folder;
    }

    private static List<string> Used(AgentUnderTest agent) => [.. Directory.GetFiles(Path.Combine(agent.WorkDirectory, "images", "uses")).Select(each => Path.GetFileName(each))];

    private static string[] Mounts() => File.ReadAllLines("/proc/self/mountinfo");

    private static async Task<string> SaysAsync(AgentUnderTest agent, params string[] arguments)
    {
        var folder = Path.Combine(agent.WorkDirectory, "images");
        using var process = Process.Start(new ProcessStartInfo(
            "podman", ["--root", Path.Combine(folder, "storage"), "--runroot", Path.Combine(folder, "run"), "--tmpdir", Path.Combine(folder, "state"), "--storage-driver", "overlay", .. arguments])
        {
            RedirectStandardOutput = true,
        })!;
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return said;
    }
}
