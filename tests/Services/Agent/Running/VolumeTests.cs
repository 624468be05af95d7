using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;
using static DataPlatform.Services.Tests.Agent.Running.AgentUnderTest;
using static DataPlatform.Services.Tests.Agent.Volumes.TaskVolumeTests;
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

    private static void Create(FakeMaster master, Resource volume)
    {
        var create = new AgentEvent.Types.ApplyOperation { Uuid = ByteString.CopyFromUtf8("c"), Info = new() { Type = OperationType.Create, Create = new() } };
        create.Info.Create.Volumes.Add(volume);
        create.ConvertedResources.Add(volume);
        master.Say(new AgentEvent { Type = AgentEvent.Types.Type.ApplyOperation, ApplyOperation = create });
    }

    private static TaskInfo Using(TaskInfo task, Resource volume)
    {
        var allocated = volume.Clone();
        allocated.AllocationInfo = new Resource.Types.AllocationInfo { Role = "team" };
        task.Resources.Add(allocated);
        return task;
    }

    private static Resource Persistent(string id)
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
