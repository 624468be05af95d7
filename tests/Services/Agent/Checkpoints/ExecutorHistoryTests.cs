using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Checkpoints;
using DataPlatform.Services.Agent.Decisions;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataPlatform.Services.Tests.Agent.Checkpoints;

/// <summary>Checkpoints of tasks that a program of their framework's runs.</summary>
public sealed class ExecutorHistoryTests : IDisposable
{
    private static readonly HashSet<string> Nobody = [];
    private readonly string work = Directory.CreateTempSubdirectory("dp-checkpoints-").FullName;

    private string Folder => Path.Combine(work, "meta", "executors");

    private string History => Path.Combine(Folder, "c-executor");

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Fact]
    public void Reads_back_what_was_written_of_each_task()
    {
        var store = Open();
        store.AppendRun(Run("t1"));
        store.AppendRun(Run("t2"));
        store.AppendDelivery("c-t1");
        store.AppendStatus("c-t1", Status(1));
        store.AppendStatus("c-t1", Status(2));
        store.AppendAcknowledgement("c-t1", Uuid(1));
        store.AppendKill("c-t1", KillIntent.Killed, null);
        store.Flush(Nobody).ShouldBe(0);

        var read = Open().ReadRuns();

        read.Select(each => (each.ContainerId, each.Task.TaskId.Value, each.Framework.Id.Value, each.Pod!.ContainerId, each.Pod.GroupId))
            .ShouldBe([("c-t1", "t1", "F", "c-executor", "g-t1"), ("c-t2", "t2", "F", "c-executor", "g-t2")]);
        read[0].Statuses.Select(each => each.Uuid).ShouldBe([Uuid(1), Uuid(2)]);
        read[0].Acknowledged.ShouldBe([Uuid(1)]);
        read[0].Intent.ShouldBe(KillIntent.Killed);
        (read[0].WasDelivered, read[1].WasDelivered).ShouldBe((true, false));
        read[1].Statuses.ShouldBeEmpty();
    }

    [Fact]
    public void However_many_the_tasks_they_are_one_file_and_no_folder()
    {
        var store = Open();
        foreach (var number in Enumerable.Range(0, 500))
            store.AppendRun(Run($"t{number}"));
        store.Flush(Nobody);

        Directory.GetFiles(Folder).ShouldHaveSingleItem().ShouldBe(History);
        Directory.GetDirectories(Path.Combine(work, "meta", "runs")).ShouldBeEmpty();
        Open().ReadRuns().Select(each => each.Task.TaskId.Value).ShouldBe(Enumerable.Range(0, 500).Select(number => $"t{number}"));
    }

    [Fact]
    public void What_is_forgotten_does_not_come_back_after_a_crash()
    {
        var store = Open();
        store.AppendRun(Run("t1"));
        store.AppendRun(Run("t2"));
        store.Flush(Nobody);
        store.AppendAcknowledgement("c-t1", Uuid(1));
        store.Flush(new HashSet<string> { "c-t1" });

        Open().ReadRuns().ShouldHaveSingleItem().Task.TaskId.Value.ShouldBe("t2");
    }

    [Fact]
    public void The_file_goes_with_the_last_of_the_executor_and_its_tasks()
    {
        var store = Open();
        Directory.CreateDirectory(store.RunDirectory("c-executor"));
        store.AppendRun(Run("t1"));
        store.Flush(Nobody);
        Forget(store, "c-t1");
        File.Exists(History).ShouldBeTrue("the executor may be given more");
        store.AppendRun(Run("t2"));
        Forget(store, "c-executor");
        store.IsInUse("c-executor").ShouldBeTrue();
        Open().ReadRuns().ShouldHaveSingleItem().Task.TaskId.Value.ShouldBe("t2");

        Forget(store, "c-t2");

        File.Exists(History).ShouldBeFalse();
        store.IsInUse("c-executor").ShouldBeFalse();
    }

    [Fact]
    public void What_follows_a_record_that_was_cut_short_is_read_too()
    {
        var store = Open();
        store.AppendRun(Run("t1"));
        store.AppendStatus("c-t1", Status(1));
        store.Flush(Nobody);
        using (var file = File.OpenWrite(History))
            file.SetLength(file.Length - 3);
        store = Open();
        store.ReadRuns().ShouldHaveSingleItem().Statuses.ShouldBeEmpty();

        store.AppendStatus("c-t1", Status(2));
        store.Flush(Nobody);

        Open().ReadRuns().ShouldHaveSingleItem().Statuses.ShouldHaveSingleItem().Uuid.ShouldBe(Uuid(2));
    }

    [Fact]
    public void A_task_that_can_not_be_read_is_kept_aside_and_the_others_are_read()
    {
        var store = Open();
        store.AppendRun(Run("t1"));
        store.AppendRun(Run("t2"));
        store.Flush(Nobody);
        var content = File.ReadAllBytes(History);
        var at = content.AsSpan().LastIndexOf("c-t2"u8) + "c-t2"u8.Length;
        content[at] = (byte)'s'; // What was a task is an update, which it can't be.
        File.WriteAllBytes(History, content);

        var again = Open();
        again.ReadRuns().ShouldHaveSingleItem().Task.TaskId.Value.ShouldBe("t1");

        again.SetAside.ShouldBe(1);
        File.ReadAllBytes(Path.Combine(work, "meta", "set-aside", "c-executor")).ShouldBe(content);
        again.Flush(Nobody);
        var third = Open();
        third.ReadRuns().Count.ShouldBe(1);
        third.SetAside.ShouldBe(0);
    }

    [Fact]
    public void An_executor_that_lives_long_has_no_long_history()
    {
        var store = Open();
        Directory.CreateDirectory(store.RunDirectory("c-executor"));
        store.AppendRun(Run("stays"));
        foreach (var number in Enumerable.Range(0, 20_000))
        {
            store.AppendRun(Run($"t{number}"));
            if (number % 100 == 0)
                store.Flush(Nobody);
            Forget(store, $"c-t{number}");
        }

        store.Flush(Nobody);

        new System.IO.FileInfo(History).Length.ShouldBeLessThan(2 << 20);
        Open().ReadRuns().Where(each => each.Pod is not null).ShouldHaveSingleItem().Task.TaskId.Value.ShouldBe("stays");
    }

    [Fact]
    public void Tasks_of_an_older_version_are_read_from_the_folders_that_it_made_and_written_there()
    {
        var store = Open();
        store.WriteRun(Run("t1"));
        store = Open();
        store.ReadRuns();
        store.AppendStatus("c-t1", Status(1));
        store.Flush(Nobody);

        Open().ReadRuns().ShouldHaveSingleItem().Statuses.ShouldHaveSingleItem().Uuid.ShouldBe(Uuid(1));
        Directory.GetFiles(Folder).ShouldBeEmpty();
    }

    [Fact]
    public void A_history_that_can_not_be_written_is_counted_and_the_next_records_are_written_again()
    {
        var store = Open();
        store.AppendRun(Run("t1"));
        Directory.CreateDirectory(History); // Nothing can be appended to it.
        store.Flush(Nobody).ShouldBe(1);
        Directory.Delete(History);

        store.AppendRun(Run("t2"));
        store.Flush(Nobody).ShouldBe(0);

        Open().ReadRuns().ShouldHaveSingleItem().Task.TaskId.Value.ShouldBe("t2");
    }

    private static void Forget(CheckpointStore store, string containerId)
    {
        store.Flush(new HashSet<string> { containerId });
        store.Forget(containerId);
    }

    private CheckpointStore Open() => new(work, new HostBoot("boot", () => TimeSpan.FromHours(1)), NullLogger.Instance);

    private static TaskRun Run(string task)
    {
        var executor = new ExecutorInfo { Type = ExecutorInfo.Types.Type.Custom, ExecutorId = new ExecutorID { Value = "executor" }, Command = new CommandInfo { Value = "true" } };
        return new TaskRun(
            new FrameworkInfo { User = "", Name = "f", Id = new FrameworkID { Value = "F" } },
            new TaskInfo { Name = task, TaskId = new TaskID { Value = task }, AgentId = new AgentID { Value = "S0" }, Executor = executor },
            "c-" + task, new Pod(executor, "c-executor", "g-" + task));
    }

    private static ByteString Uuid(byte number) => ByteString.CopyFrom(number);

    private static TaskReport Status(byte uuid) => new() { TaskId = new TaskID { Value = "t1" }, State = TaskState.TaskRunning, Uuid = Uuid(uuid) };
}
