using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Checkpoints;
using DataPlatform.Services.Agent.Decisions;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataPlatform.Services.Tests.Agent.Checkpoints;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly string work = Directory.CreateTempSubdirectory("dp-checkpoints-").FullName;
    private TimeSpan uptime = TimeSpan.FromHours(1);
    private string boot = "boot-1";

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Fact]
    public void A_work_directory_keeps_its_id_and_takes_a_new_one_when_that_was_lost()
    {
        var (first, later, last) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());

        Open().WorkDirectoryId(first).ShouldBe(first.ToString());
        Open().WorkDirectoryId(later).ShouldBe(first.ToString());
        File.WriteAllText(Path.Combine(work, "meta", "work_directory_id"), "\0\0\0\0");
        Open().WorkDirectoryId(last).ShouldBe(last.ToString());
    }

    [Fact]
    public void Reads_back_what_was_written()
    {
        var store = Open();
        store.WriteRun(Run("t1"));
        store.AppendStatus("c-t1", Status(1));
        store.AppendStatus("c-t1", Status(2));
        store.AppendAcknowledgement("c-t1", Uuid(1));
        store.AppendKill("c-t1", KillIntent.Killed, TimeSpan.FromSeconds(30));
        store.Flush(new HashSet<string>()).ShouldBe(0);
        Start("t1", "4711 (sh) S 1 4711 4711 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 350000 0 0");

        uptime += TimeSpan.FromSeconds(10);
        var read = Open().ReadRuns().ShouldHaveSingleItem();

        read.Task.TaskId.Value.ShouldBe("t1");
        read.Framework.Id.Value.ShouldBe("F");
        read.Statuses.Select(each => each.Uuid).ShouldBe([Uuid(1), Uuid(2)]);
        read.Acknowledged.ShouldBe([Uuid(1)]);
        read.Intent.ShouldBe(KillIntent.Killed);
        read.KillIn.ShouldBe(TimeSpan.FromSeconds(20));
        read.Pid.ShouldBe(4711);
        read.Age.ShouldBe(TimeSpan.FromSeconds(110), "the kernel counts 100 a second from the start of the host");
    }

    [Fact]
    public void Knows_no_process_of_an_earlier_life_of_the_host()
    {
        var store = Open();
        store.WriteRun(Run("t1"));
        Start("t1", "4711 (sh) S 1 4711 4711 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 350000 0 0");

        boot = "boot-2";
        var read = Open().ReadRuns().ShouldHaveSingleItem();

        read.WasStarted.ShouldBeTrue();
        read.Pid.ShouldBeNull();
    }

    [Theory]
    [InlineData("history")]
    [InlineData("task")]
    [InlineData("framework")]
    public void Keeps_aside_what_a_loss_of_power_has_emptied_and_reads_the_others(string emptied)
    {
        var store = Open();
        store.WriteRun(Run("t1"));
        store.WriteRun(Run("t2"));
        Start("t1", "4711 (sh) S 1 4711 4711 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 350000 0 0");
        File.Delete(Path.Combine(store.RunDirectory("c-t1"), "history"));
        File.WriteAllText(Path.Combine(store.RunDirectory("c-t1"), emptied), "");

        var again = Open();
        again.ReadRuns().ShouldHaveSingleItem().Task.TaskId.Value.ShouldBe("t2");

        again.SetAside.ShouldBe(1);
        Directory.Exists(Path.Combine(work, "meta", "set-aside", "c-t1")).ShouldBeTrue();
        Open().ReadRuns().Count.ShouldBe(1);
    }

    [Fact]
    public void Reads_what_an_agent_of_the_first_version_has_left()
    {
        var directory = Directory.CreateDirectory(Open().RunDirectory("c-t1")).FullName;
        var run = Run("t1");
        File.WriteAllBytes(Path.Combine(directory, "framework"), run.Framework.ToByteArray());
        File.WriteAllBytes(Path.Combine(directory, "task"), run.Task.ToByteArray());

        Open().ReadRuns().ShouldHaveSingleItem().Task.TaskId.Value.ShouldBe("t1");
    }

    [Fact]
    public void Leaves_out_a_record_that_was_cut_short()
    {
        var store = Open();
        store.WriteRun(Run("t1"));
        store.AppendStatus("c-t1", Status(1));
        store.AppendStatus("c-t1", Status(2));
        store.Flush(new HashSet<string>());
        var history = Path.Combine(store.RunDirectory("c-t1"), "history");
        using (var file = File.OpenWrite(history))
            file.SetLength(file.Length - 3);

        Open().ReadRuns().ShouldHaveSingleItem().Statuses.ShouldHaveSingleItem().Uuid.ShouldBe(Uuid(1));
    }

    [Fact]
    public void An_agents_id_that_a_loss_of_power_has_emptied_is_none()
    {
        var store = Open();
        store.WriteAgentId("S1");
        store.ReadAgentId().ShouldBe("S1");

        File.WriteAllBytes(Path.Combine(work, "meta", "agent"), new byte[8]);

        store.ReadAgentId().ShouldBeEmpty();
    }

    private CheckpointStore Open() => new(work, new HostBoot(boot, () => uptime), NullLogger.Instance);

    private void Start(string task, string stat) => File.WriteAllText(Path.Combine(work, "meta", "runs", "c-" + task, "started"), stat);

    private static TaskRun Run(string task) => new(
        new FrameworkInfo { User = "", Name = "f", Id = new FrameworkID { Value = "F" } },
        new TaskInfo { Name = task, TaskId = new TaskID { Value = task }, AgentId = new AgentID { Value = "S0" } },
        "c-" + task);

    private static ByteString Uuid(byte number) => ByteString.CopyFrom(number);

    private static TaskReport Status(byte uuid) => new() { TaskId = new TaskID { Value = "t1" }, State = TaskState.TaskRunning, Uuid = Uuid(uuid) };
}
