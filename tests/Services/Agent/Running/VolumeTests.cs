using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using static DataPlatform.Services.Tests.Agent.Volumes.VolumeRulesTests;
using Mode = DataPlatform.Core.Protocol.Mesos.Volume.Types.Mode;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;
using SandboxPath = DataPlatform.Core.Protocol.Mesos.Volume.Types.Source.Types.SandboxPath;

namespace DataPlatform.Services.Tests.Agent.Running;

public sealed class VolumeTests
{
    [Fact]
    public async Task What_a_task_writes_to_its_persistent_volume_the_next_one_reads_also_after_the_agent_was_away()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        Create(master, Persistent("v"));
        agent.Run(Using(TaskOf("writes", "echo kept > data/file"), Persistent("v")));
        await master.WaitForAsync("writes", TaskState.TaskFinished);

        master.Converted = [Persistent("v")];
        await agent.CrashAsync();
        await agent.StartProcessAsync();
        agent.Run(Using(TaskOf("reads", "cat data/file"), Persistent("v")));

        await master.WaitForAsync("reads", TaskState.TaskFinished);
        (await agent.ReadFileAsync("reads", "stdout")).ShouldBe("kept\n");
    }

    [Fact]
    public async Task A_shared_volume_serves_several_tasks_at_a_time()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        var volume = Persistent("v");
        volume.Shared = new Resource.Types.SharedInfo();
        Create(master, volume);

        agent.Run(Using(TaskOf("waits", "while [ ! -e data/go ]; do sleep 0.02; done"), volume));
        await master.WaitForAsync("waits", TaskState.TaskRunning);
        agent.Run(Using(TaskOf("says", ": > data/go"), volume));

        await master.WaitForAsync("says", TaskState.TaskFinished);
        await master.WaitForAsync("waits", TaskState.TaskFinished);
    }

    [Fact]
    public async Task A_destroyed_volume_is_gone_and_a_task_that_asks_for_it_is_told_so()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        Create(master, Persistent("v"));
        agent.Run(Using(TaskOf("writes", "echo gone > data/file"), Persistent("v")));
        await master.WaitForAsync("writes", TaskState.TaskFinished);
        var file = Path.Combine(agent.WorkDirectory, "volumes", "roles", "team", "v", "file");
        File.Exists(file).ShouldBeTrue();

        var destroy = new AgentEvent.Types.ApplyOperation { Uuid = ByteString.CopyFromUtf8("d"), Info = new() { Type = OperationType.Destroy, Destroy = new() } };
        destroy.Info.Destroy.Volumes.Add(Persistent("v"));
        master.Say(new AgentEvent { Type = AgentEvent.Types.Type.ApplyOperation, ApplyOperation = destroy });
        agent.Run(Using(TaskOf("late", "true"), Persistent("v")));

        (await master.WaitForAsync("late", TaskState.TaskFailed)).Message.ShouldContain("no volume 'v' of role 'team'");
        File.Exists(file).ShouldBeFalse();
    }

    [Fact]
    public async Task A_task_that_fills_its_volume_beyond_its_size_ends()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        Create(master, Persistent("v"));

        agent.Run(Using(TaskOf("hog", "dd if=/dev/zero of=data/big bs=1M count=70; sleep 60"), Persistent("v")));

        var failed = await master.WaitForAsync("hog", TaskState.TaskFailed);
        failed.Reason.ShouldBe(TaskReport.Types.Reason.ContainerLimitationDisk);
        failed.Message.ShouldStartWith("The persistent volume 'v' held ");
        failed.Limitation.Resources.ShouldHaveSingleItem().Disk.Persistence.Id.ShouldBe("v");
    }

    [Fact]
    public async Task The_volume_belongs_to_the_tasks_user()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run tasks as another user");
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        File.SetUnixFileMode(agent.WorkDirectory, File.GetUnixFileMode(agent.WorkDirectory) | UnixFileMode.OtherExecute);
        Create(master, Persistent("v"));
        var task = Using(TaskOf("t", "id -un; echo mine > data/file; mkdir own/below"), Persistent("v"));
        task.Command.User = "nobody";

        agent.Run(With(task, OfSandbox("own", SandboxPath.Types.Type.Self, "own")));

        await master.WaitForAsync("t", TaskState.TaskFinished);
        (await agent.ReadFileAsync("t", "stdout")).ShouldBe("nobody\n");
    }

    [Fact]
    public async Task The_tasks_of_a_pod_share_a_folder_of_their_executors_sandbox()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.RunGroup(
            "pod", Framework(),
            With(TaskOf("writes", "echo hello > out/now && mv out/now out/file"), OfSandbox("out", SandboxPath.Types.Type.Parent, "shared")),
            With(TaskOf("reads", "while [ ! -e in/here/file ]; do sleep 0.02; done; cat in/here/file"), OfSandbox("in/here", SandboxPath.Types.Type.Parent, "shared")));

        var container = (await master.WaitForAsync("reads", TaskState.TaskFinished)).ContainerStatus.ContainerId.Value;
        (await agent.ReadFileAsync("pod", $"containers/{container}/stdout")).ShouldBe("hello\n");
        (await agent.ReadFileAsync("pod", "shared/file")).ShouldBe("hello\n");
    }

    [Fact]
    public async Task A_task_of_a_pod_finds_the_persistent_volume_of_another_by_the_path_in_their_executors_sandbox()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        Create(master, Persistent("v"));

        agent.RunGroup(
            "pod", Framework(),
            With(TaskOf("reads", "while [ ! -e in/file ]; do sleep 0.02; done; cat in/file"), OfSandbox("in", SandboxPath.Types.Type.Parent, "data")),
            Using(TaskOf("writes", "echo hello > data/now && mv data/now data/file"), Persistent("v")));

        var container = (await master.WaitForAsync("reads", TaskState.TaskFinished)).ContainerStatus.ContainerId.Value;
        (await agent.ReadFileAsync("pod", $"containers/{container}/stdout")).ShouldBe("hello\n");
        File.ReadAllText(Path.Combine(agent.WorkDirectory, "volumes", "roles", "team", "v", "file")).ShouldBe("hello\n");
    }

    [Fact]
    public async Task A_volume_that_is_to_be_read_only_is_read_and_not_written()
    {
        SkipWithoutMounts();
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);
        Create(master, Persistent("v"));
        agent.Run(Using(TaskOf("writes", "echo kept > data/file"), Persistent("v")));
        await master.WaitForAsync("writes", TaskState.TaskFinished);
        var readOnly = Persistent("v");
        readOnly.Disk.Volume.Mode = Mode.Ro;
        var own = OfSandbox("own", SandboxPath.Types.Type.Self, "source");
        own.Mode = Mode.Ro;

        agent.Run(With(Using(TaskOf("reads", $"cat data/file; echo no > data/file; rm data/file; {Elsewhere(agent)}; echo yes > source/new && echo no > own/new; ls own"), readOnly), own));

        await master.WaitForAsync("reads", TaskState.TaskFinished);
        (await agent.ReadFileAsync("reads", "stdout")).ShouldBe("kept\nnew\n");
        var refusals = (await agent.ReadFileAsync("reads", "stderr")).Split('\n').Where(line => line.Contains("Read-only file system", StringComparison.Ordinal));
        refusals.Count().ShouldBe(3);
        File.ReadAllText(Path.Combine(agent.WorkDirectory, "volumes", "roles", "team", "v", "file")).ShouldBe("kept\n");
        File.ReadAllText(Path.Combine(agent.Sandbox("reads"), "source", "new")).ShouldBe("yes\n");
    }

    [Fact]
    public async Task A_folder_of_the_host_that_is_allowed_is_at_the_path_that_the_task_names_with_all_that_is_below_it()
    {
        SkipWithoutMounts();
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master, work => ["--host-volume-folders", Path.Combine(work, "shared")]);
        var folder = Directory.CreateDirectory(Path.Combine(agent.WorkDirectory, "shared", "data")).FullName;
        File.WriteAllText(Path.Combine(folder, "file"), "of the host\n");
        File.SetUnixFileMode(folder, (UnixFileMode)0x1FF);
        File.CreateSymbolicLink(Path.Combine(agent.WorkDirectory, "shared", "out"), "/etc");
        var source = new DataPlatform.Core.Protocol.Mesos.Volume
        {
            Mode = Mode.Rw, ContainerPath = "in/file",
            Source = new() { Type = DataPlatform.Core.Protocol.Mesos.Volume.Types.Source.Types.Type.HostPath, HostPath = new() { Path = Path.Combine(folder, "file") } },
        };

        agent.Run(With(TaskOf("t1", "cat r/file in/file; echo mine > w/mine; echo no > r/no; true"), OfHost(folder, "r", Mode.Ro), OfHost(folder + "/", "w", Mode.Rw), source));
        agent.Run(With(TaskOf("leaves", "ls e"), OfHost(Path.Combine(agent.WorkDirectory, "shared", "out"), "e", Mode.Ro)));

        await master.WaitForAsync("t1", TaskState.TaskFinished);
        (await agent.ReadFileAsync("t1", "stdout")).ShouldBe("of the host\nof the host\n");
        (await agent.ReadFileAsync("t1", "stderr")).ShouldContain("Read-only file system");
        File.ReadAllText(Path.Combine(folder, "mine")).ShouldBe("mine\n");
        File.Exists(Path.Combine(folder, "no")).ShouldBeFalse();
        (await master.WaitForAsync("leaves", TaskState.TaskFailed)).Message.ShouldContain("by a link");
    }

    [Fact]
    public async Task A_folder_of_the_host_is_refused_where_nothing_allows_it()
    {
        await using var master = await FakeMaster.StartAsync();
        await using var agent = await AgentUnderTest.StartAsync(master);

        agent.Run(With(TaskOf("t1", "true"), OfHost("/etc", "etc", Mode.Ro)));

        var failed = await master.WaitForAsync("t1", TaskState.TaskFailed);
        failed.Reason.ShouldBe(TaskReport.Types.Reason.ContainerLaunchFailed);
        failed.Message.ShouldContain("host_path '/etc' is not below a folder that the agent's --host-volume-folders or --task-folders allow (they allow none)");
    }

    internal static void SkipWithoutMounts() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give tasks mounts of their own");

    /// <summary>By the path at which it lies, another way to the same folder.</summary>
    private static string Elsewhere(AgentUnderTest agent) => $"echo no > {Path.Combine(agent.WorkDirectory, "volumes", "roles", "team", "v", "file")} 2> elsewhere";

    private static DataPlatform.Core.Protocol.Mesos.Volume OfHost(string path, string containerPath, Mode mode) => new() { Mode = mode, ContainerPath = containerPath, HostPath = path };

    internal static void Create(FakeMaster master, Resource volume)
    {
        var create = new AgentEvent.Types.ApplyOperation { Uuid = ByteString.CopyFromUtf8("c"), Info = new() { Type = OperationType.Create, Create = new() } };
        create.Info.Create.Volumes.Add(volume);
        create.ConvertedResources.Add(volume);
        master.Say(new AgentEvent { Type = AgentEvent.Types.Type.ApplyOperation, ApplyOperation = create });
    }

    internal static TaskInfo Using(TaskInfo task, Resource volume)
    {
        var allocated = volume.Clone();
        allocated.AllocationInfo = new Resource.Types.AllocationInfo { Role = "team" };
        task.Resources.Add(allocated);
        return task;
    }

    internal static Resource Persistent(string id)
    {
        var volume = AgentUnderTest.Scalar("disk", 64);
        volume.Reservations.Add(new Resource.Types.ReservationInfo { Type = Resource.Types.ReservationInfo.Types.Type.Dynamic, Role = "team" });
        volume.Disk = new Resource.Types.DiskInfo
        {
            Persistence = new() { Id = id },
            Volume = new DataPlatform.Core.Protocol.Mesos.Volume { Mode = DataPlatform.Core.Protocol.Mesos.Volume.Types.Mode.Rw, ContainerPath = "data" },
        };
        return volume;
    }
}
