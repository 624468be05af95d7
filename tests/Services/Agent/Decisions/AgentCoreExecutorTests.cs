using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using Google.Protobuf;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;
using EventType = DataPlatform.Core.Protocol.Mesos.ExecutorEvent.Types.Type;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Services.Tests.Agent.Decisions;

/// <summary>Executors that frameworks bring: the agent starts them, gives them tasks and believes them about these.</summary>
public sealed class AgentCoreExecutorTests
{
    private static readonly ExecutorKey Key = new("F", "x");
    private static readonly AgentInfo Self = new() { Hostname = "h", Id = new AgentID { Value = "S0" } };
    private readonly AgentCore core = new(
        new AgentSettings(TimeSpan.FromSeconds(5)), new TaskReports("127.0.0.1", Guid.NewGuid));

    private TimeSpan now;
    private byte uuids;

    public AgentCoreExecutorTests() => Tell(new AgentInput.LinkRegistered("S0"));

    /// <summary>Found by the simulation: its framework had started another of that id meanwhile, which ran on unseen.</summary>
    [Fact]
    public void The_end_of_an_executor_that_the_registration_does_not_name_is_not_told_again()
    {
        RunningExecutor("t1");
        Tell(new AgentInput.LinkLost());
        Tell(new AgentInput.Ended("x-t1", new TaskEnd.Status(0)));
        var register = new AgentCall.Types.Register();

        core.AddTo(register);

        register.Executors.ShouldBeEmpty();
        Tell(new AgentInput.LinkRegistered("S0")).OfType<AgentEffect.ExecutorEnded>().ShouldBeEmpty();
    }

    [Fact]
    public void Is_started_once_and_given_its_tasks_in_order_when_it_subscribes()
    {
        Run("t1").OfType<AgentEffect.Launch>().ShouldHaveSingleItem().Run.ContainerId.ShouldBe("x-t1");
        Run("t2").OfType<AgentEffect.Launch>().ShouldBeEmpty();
        Tell(new AgentInput.Launched("x-t1", 100)).OfType<AgentEffect.Send>().ShouldBeEmpty("its tasks have not started");

        var effects = Subscribe("s1");

        Told(effects, "s1").ShouldBe(["SUBSCRIBED x", "LAUNCH t1", "LAUNCH t2"]);
        effects.OfType<AgentEffect.Resize>().ShouldHaveSingleItem().Resources.Where(each => each.Name == "mem").Sum(each => each.Scalar.Value).ShouldBe(32 + 64 + 64);
        Told(Run("t3"), "s1").ShouldBe(["LAUNCH t3"]);
        core.ExecutorInfos.ShouldHaveSingleItem().Info.ExecutorId.Value.ShouldBe("x");
    }

    [Fact]
    public void A_group_is_given_as_one_and_killed_as_one_before_that()
    {
        RunGroup("a", "b");
        RunGroup("c", "d");

        Reports(Tell(new AgentInput.KillTask(Task("a"), null))).ShouldBe([("a", TaskState.TaskKilled, Reason.TaskKilledDuringLaunch), ("b", TaskState.TaskKilled, Reason.TaskKilledDuringLaunch)]);

        Tell(new AgentInput.Launched("x-g", 100));
        Told(Subscribe("s1"), "s1").ShouldBe(["SUBSCRIBED x", "LAUNCH_GROUP c d"]);
    }

    [Fact]
    public void An_update_is_written_down_before_it_is_acknowledged_and_counts_once()
    {
        RunningExecutor("t1");
        var update = Status("t1", TaskState.TaskRunning);

        var effects = Tell(new AgentInput.ExecutorUpdate(Key, update)).ToList();

        effects.FindIndex(each => each is AgentEffect.CheckpointStatus).ShouldBeInRange(0, effects.FindIndex(each => each is AgentEffect.TellExecutor));
        Told(effects, "s1").ShouldBe(["ACKNOWLEDGED t1"]);
        var sent = effects.OfType<AgentEffect.Send>().ShouldHaveSingleItem().Status;
        sent.Uuid.ShouldBe(update.Uuid);
        (sent.AgentId.Value, sent.ExecutorId.Value, sent.ContainerStatus.ContainerId.Value, sent.ContainerStatus.ExecutorPid).ShouldBe(("S0", "x", "x-t1", 100u));
        var again = Tell(new AgentInput.ExecutorUpdate(Key, update));
        Told(again, "s1").ShouldBe(["ACKNOWLEDGED t1"]);
        again.OfType<AgentEffect.CheckpointStatus>().ShouldBeEmpty();
    }

    [Fact]
    public void An_executor_has_to_wait_for_a_scheduler_that_acknowledges_nothing()
    {
        RunningExecutor("t1", "t2");
        for (var update = 0; update < 100; update++)
        {
            core.HasTooManyUpdates(Key, "t1").ShouldBeFalse();
            Tell(new AgentInput.ExecutorUpdate(Key, Status("t1", TaskState.TaskRunning)));
        }

        core.HasTooManyUpdates(Key, "t1").ShouldBeTrue();
        core.HasTooManyUpdates(Key, "t2").ShouldBeFalse();
        AcknowledgeAll();
        core.HasTooManyUpdates(Key, "t1").ShouldBeFalse();
    }

    [Fact]
    public void An_executor_speaks_of_its_own_tasks_only()
    {
        RunningExecutor("t1");
        Tell(new AgentInput.RunTask(Framework(), TaskOf("alone"), "c-alone"));

        core.WhyNotUpdate(Key, "t1").ShouldBeNull();
        core.WhyNotUpdate(Key, "alone").ShouldNotBeNull();
        core.WhyNotUpdate(Key, "nowhere").ShouldNotBeNull();
        Tell(new AgentInput.ExecutorUpdate(Key, Status("alone", TaskState.TaskFinished))).OfType<AgentEffect.CheckpointStatus>().ShouldBeEmpty();
        core.Runs.Single(run => run.Key.TaskId == "alone").Phase.ShouldBe(RunPhase.Launching);
    }

    [Fact]
    public void Resources_of_a_task_that_has_ended_are_taken_back_and_the_executor_lives_on()
    {
        RunningExecutor("t1", "t2");

        var effects = Tell(new AgentInput.ExecutorUpdate(Key, Status("t1", TaskState.TaskFinished)));

        effects.OfType<AgentEffect.Resize>().ShouldHaveSingleItem().Resources.Where(each => each.Name == "mem").Sum(each => each.Scalar.Value).ShouldBe(32 + 64);
        core.Executors[Key].Tasks.ShouldHaveSingleItem().Key.TaskId.ShouldBe("t2");
        Tell(new AgentInput.ExecutorUpdate(Key, Status("t2", TaskState.TaskFinished)));
        core.Executors.Keys.ShouldBe([Key]);
    }

    [Fact]
    public void A_kill_before_the_executor_was_given_anything_ends_it_too()
    {
        Run("t1");
        Tell(new AgentInput.Launched("x-t1", 100));

        var effects = Tell(new AgentInput.KillTask(Task("t1"), null));

        Reports(effects).ShouldBe([("t1", TaskState.TaskKilled, Reason.TaskKilledDuringLaunch)]);
        effects.OfType<AgentEffect.Terminate>().ShouldHaveSingleItem().ContainerId.ShouldBe("x-t1");
    }

    [Fact]
    public void A_kill_is_passed_on_and_again_when_the_executor_comes_back()
    {
        RunningExecutor("t1");
        Tell(new AgentInput.ExecutorUpdate(Key, Status("t1", TaskState.TaskRunning)));

        Told(Tell(new AgentInput.KillTask(Task("t1"), TimeSpan.FromSeconds(2))), "s1").ShouldBe(["KILL t1 2000000000"]);
        Tell(new AgentInput.ExecutorStreamClosed(Key, "s1"));
        Told(Subscribe("s2"), "s2").ShouldBe(["SUBSCRIBED x", "KILL t1"]);
        Tell(new AgentInput.ExecutorUpdate(Key, Status("t1", TaskState.TaskKilled)));
        core.Executors[Key].Tasks.ShouldBeEmpty();
    }

    [Fact]
    public void A_kill_for_a_drain_is_told_as_one_and_ends_the_executor_with_its_last_task()
    {
        RunningExecutor("t1");

        Tell(new AgentInput.KillTask(Task("t1"), null, Draining: true));
        var effects = Tell(new AgentInput.ExecutorUpdate(Key, Status("t1", TaskState.TaskKilled)));

        Reports(effects).ShouldBe([("t1", TaskState.TaskKilled, Reason.AgentDraining)]);
        Told(effects, "s1").ShouldBe(["SHUTDOWN", "ACKNOWLEDGED t1"]);
    }

    [Theory]
    [InlineData(137, 9)]
    [InlineData(3, 768)]
    [InlineData(0, 0)]
    public void Its_end_fails_its_tasks_and_is_told_after_them(int exit, int expected)
    {
        RunningExecutor("t1", "t2");
        Tell(new AgentInput.ExecutorUpdate(Key, Status("t1", TaskState.TaskRunning)));
        AcknowledgeAll();

        var effects = Tell(new AgentInput.Ended("x-t1", new TaskEnd.Status(exit)));

        Reports(effects).ShouldBe([("t1", TaskState.TaskFailed, Reason.ExecutorTerminated), ("t2", TaskState.TaskFailed, Reason.ExecutorTerminated)]);
        effects[^1].ShouldBe(new AgentEffect.ExecutorEnded(Key, expected));
        effects.ShouldContain(new AgentEffect.CloseExecutorStream("s1"));
        effects.ShouldContain(new AgentEffect.Forget("x-t1"));
        core.Executors.ShouldBeEmpty();
        AcknowledgeAll();
        core.Runs.ShouldBeEmpty();
    }

    [Fact]
    public void Its_end_without_a_link_is_told_over_the_next_one()
    {
        RunningExecutor("t1");
        Tell(new AgentInput.LinkLost());

        Tell(new AgentInput.Ended("x-t1", new TaskEnd.Status(0))).OfType<AgentEffect.ExecutorEnded>().ShouldBeEmpty();

        Tell(new AgentInput.LinkRegistered("S0"))[^1].ShouldBe(new AgentEffect.ExecutorEnded(Key, 0));
        Tell(new AgentInput.Tick()).OfType<AgentEffect.ExecutorEnded>().ShouldBeEmpty();
    }

    [Fact]
    public void One_that_does_not_subscribe_in_time_is_ended_and_its_tasks_say_so()
    {
        Run("t1");
        Tell(new AgentInput.Launched("x-t1", 100));
        core.NextWake.ShouldBe(TimeSpan.FromMinutes(1));

        now = TimeSpan.FromMinutes(1);
        Tell(new AgentInput.Tick()).ShouldContain(new AgentEffect.Destroy("x-t1"));

        Reports(Tell(new AgentInput.Ended("x-t1", new TaskEnd.Status(137)))).ShouldBe([("t1", TaskState.TaskFailed, Reason.ExecutorRegistrationTimeout)]);
    }

    [Fact]
    public void One_whose_sandbox_holds_too_much_is_ended_at_once_with_all_its_tasks()
    {
        Run("t1");
        Run("t2");
        Tell(new AgentInput.Launched("x-t1", 100));

        Tell(new AgentInput.DiskExceeded("c-t1", new DiskExcess("The sandboxes of the task's pod", 5 << 20, 1 << 20, [])))
            .ShouldContain(new AgentEffect.Destroy("x-t1"));

        Reports(Tell(new AgentInput.Ended("x-t1", new TaskEnd.Status(137)))).ShouldBe(
            [("t1", TaskState.TaskFailed, Reason.ContainerLimitationDisk), ("t2", TaskState.TaskFailed, Reason.ContainerLimitationDisk)]);
    }

    [Fact]
    public void One_that_can_not_be_started_takes_its_tasks_with_it()
    {
        Run("t1");

        var effects = Tell(new AgentInput.LaunchFailed("x-t1", LaunchFailure.Failed("no such file")));

        Reports(effects).ShouldBe([("t1", TaskState.TaskFailed, Reason.ContainerLaunchFailed)]);
        effects[^1].ShouldBe(new AgentEffect.ExecutorEnded(Key, -1));
    }

    [Fact]
    public void One_that_has_ended_before_the_master_knows_is_not_started_in_its_place()
    {
        var task = TaskOf("t1");
        task.Command = null;
        task.Executor = Executor();

        var effects = Tell(new AgentInput.RunTask(Framework(Capability.PartitionAware), task, "c-t1", ExecutorContainerId: ""));

        effects.OfType<AgentEffect.Launch>().ShouldBeEmpty();
        Reports(effects).ShouldBe([("t1", TaskState.TaskDropped, Reason.ExecutorTerminated)]);
    }

    [Fact]
    public void Shutdown_is_said_first_and_forced_after_the_grace_period()
    {
        RunningExecutor("t1");

        Told(Tell(new AgentInput.ShutdownExecutor(Key)), "s1").ShouldBe(["SHUTDOWN"]);
        core.NextWake.ShouldBe(TimeSpan.FromSeconds(5));
        Reports(Run("t2")).ShouldBe([("t2", TaskState.TaskLost, Reason.ExecutorTerminated)]);
        now = TimeSpan.FromSeconds(5);

        Tell(new AgentInput.Tick()).ShouldContain(new AgentEffect.Destroy("x-t1"));
    }

    [Fact]
    public void Messages_go_both_ways_and_no_further_than_who_is_there()
    {
        Told(Tell(new AgentInput.MessageToExecutor(Key, ByteString.CopyFromUtf8("hi"))), "s1").ShouldBeEmpty();
        RunningExecutor("t1");

        Told(Tell(new AgentInput.MessageToExecutor(Key, ByteString.CopyFromUtf8("hi"))), "s1").ShouldBe(["MESSAGE hi"]);
        Tell(new AgentInput.MessageOfExecutor(Key, ByteString.CopyFromUtf8("ho"))).ShouldBe([new AgentEffect.SendExecutorMessage(Key, ByteString.CopyFromUtf8("ho"))]);
    }

    [Fact]
    public void A_group_waits_until_its_volumes_are_placed_and_others_go_before_it()
    {
        RunningExecutor("t1");
        RunGroup(Volume("v"), "a", "b").OfType<AgentEffect.TellExecutor>().ShouldBeEmpty();
        Told(Run("t2"), "s1").ShouldBe(["LAUNCH t2"]);

        Told(Tell(new AgentInput.VolumesPlaced("x-t1", "group-a", null)), "s1").ShouldBe(["LAUNCH_GROUP a b"]);
    }

    [Fact]
    public void Volumes_are_asked_for_once_and_by_the_next_process_of_the_agent_again()
    {
        core.Recover("S0", Recovered(Framework(), delivered: true), At);
        RunGroup(Volume("v"), "a").OfType<AgentEffect.PlaceVolumes>().ShouldBeEmpty("it has not subscribed");

        Subscribe("s1").OfType<AgentEffect.PlaceVolumes>().ShouldHaveSingleItem().Tasks.ShouldHaveSingleItem().Key.TaskId.ShouldBe("a");
        Tell(new AgentInput.Tick()).OfType<AgentEffect.PlaceVolumes>().ShouldBeEmpty();
        Run("t2").OfType<AgentEffect.PlaceVolumes>().ShouldBeEmpty();
        Tell(new AgentInput.ExecutorStreamClosed(Key, "s1"));
        Tell(new AgentInput.VolumesPlaced("x-t1", "group-a", null)).OfType<AgentEffect.TellExecutor>().ShouldBeEmpty();
        Told(Subscribe("s2"), "s2").ShouldContain("LAUNCH_GROUP a");
    }

    [Fact]
    public void A_group_whose_volumes_can_not_be_had_fails_and_the_executor_lives_on()
    {
        RunningExecutor("t1");
        RunGroup(Volume("v"), "a", "b");

        var effects = Tell(new AgentInput.VolumesPlaced("x-t1", "group-a", "no such volume"));

        Reports(effects).ShouldBe([("a", TaskState.TaskFailed, Reason.ContainerUpdateFailed), ("b", TaskState.TaskFailed, Reason.ContainerUpdateFailed)]);
        effects.OfType<AgentEffect.TakeVolumes>().Select(each => each.Task.Key.TaskId).ShouldBe(["a", "b"], "what was placed of them");
        core.Executors[Key].Tasks.ShouldHaveSingleItem().Key.TaskId.ShouldBe("t1");
    }

    [Fact]
    public void A_volume_is_taken_before_the_end_of_its_task_is_told()
    {
        RunningExecutor("t1");
        RunGroup(Volume("v"), "a");
        Tell(new AgentInput.VolumesPlaced("x-t1", "group-a", null));

        var effects = Tell(new AgentInput.ExecutorUpdate(Key, Status("a", TaskState.TaskFinished))).ToList();

        effects.FindIndex(each => each is AgentEffect.TakeVolumes).ShouldBeInRange(0, effects.FindIndex(each => each is AgentEffect.Send));
        Tell(new AgentInput.ExecutorUpdate(Key, Status("t1", TaskState.TaskFinished))).OfType<AgentEffect.TakeVolumes>().ShouldBeEmpty();
    }

    [Fact]
    public void With_its_framework_it_goes_in_silence()
    {
        RunningExecutor("t1");

        Told(Tell(new AgentInput.ShutdownFramework("F")), "s1").ShouldBe(["SHUTDOWN"]);
        core.Runs.ShouldBeEmpty();
        Tell(new AgentInput.Ended("x-t1", new TaskEnd.Status(0))).ShouldBe([new AgentEffect.CloseExecutorStream("s1"), new AgentEffect.Forget("x-t1")]);
    }

    [Theory]
    [InlineData(true, TaskState.TaskGone)]
    [InlineData(false, TaskState.TaskLost)]
    public void One_that_does_not_come_back_after_a_restart_is_ended(bool partitionAware, TaskState expected)
    {
        var framework = partitionAware ? Framework(Capability.PartitionAware) : Framework();
        core.Recover("S0", Recovered(framework, delivered: true), At);
        core.NextWake.ShouldNotBeNull();

        now = TimeSpan.FromSeconds(15);
        Tell(new AgentInput.Tick()).ShouldContain(new AgentEffect.Destroy("x-t1"));

        Reports(Tell(new AgentInput.Ended("x-t1", new TaskEnd.Status(137)))).ShouldBe([("t1", expected, Reason.ExecutorReregistrationTimeout)]);
    }

    [Fact]
    public void One_that_is_found_to_have_ended_is_not_said_to_have_come_too_late()
    {
        core.Recover("S0", Recovered(Framework(Capability.PartitionAware), delivered: true), At);

        var effects = Tell(new AgentInput.Ended("x-t1", new TaskEnd.Status(3)));

        Reports(effects).ShouldBe([("t1", TaskState.TaskFailed, Reason.ExecutorTerminated)]);
        Messages(effects).ShouldBe(["The task's executor ended before the task: Command exited with status 3"]);
    }

    [Fact]
    public void One_of_an_earlier_start_of_the_host_has_ended_with_its_tasks()
    {
        var recovered = Recovered(Framework(Capability.PartitionAware), delivered: true);
        core.Recover("S0", [recovered[0] with { Pid = null }, .. recovered.Skip(1)], At);

        var effects = Tell(new AgentInput.Ended("x-t1", new TaskEnd.Unknown()));

        Reports(effects).ShouldBe([("t1", TaskState.TaskFailed, Reason.ExecutorTerminated)]);
        Messages(effects).ShouldHaveSingleItem().ShouldContain("the host restarted");
    }

    [Fact]
    public void One_that_comes_back_after_a_restart_keeps_what_it_knows_and_gets_what_it_was_not_given()
    {
        core.Recover("S0", [.. Recovered(Framework(), delivered: true), .. Member("lost", true), .. Member("waits", false)], At);
        var known = Status("t1", TaskState.TaskRunning);

        var effects = Tell(new AgentInput.ExecutorSubscribed(Key, "x-t1", "s2", Self, [], [known]));

        Told(effects, "s2").ShouldBe(["SUBSCRIBED x", "ACKNOWLEDGED t1", "LAUNCH waits"]);
        Reports(effects).ShouldBe([("t1", TaskState.TaskRunning, Reason.CommandExecutorFailed), ("lost", TaskState.TaskLost, Reason.AgentRestarted)]);
        now = TimeSpan.FromMinutes(2);
        Tell(new AgentInput.Tick()).OfType<AgentEffect.Destroy>().ShouldBeEmpty();
    }

    [Fact]
    public void Tasks_whose_executor_is_not_there_after_a_restart_are_told_of()
    {
        var effects = core.Recover("S0", [.. Member("given", true), .. Member("not-given", false)], At);

        Reports(effects).ShouldBe([("given", TaskState.TaskFailed, Reason.ExecutorTerminated), ("not-given", TaskState.TaskLost, Reason.AgentRestarted)]);
    }

    [Fact]
    public void A_new_subscription_takes_over_and_one_of_an_earlier_container_gets_none()
    {
        RunningExecutor("t1");
        Tell(new AgentInput.ExecutorUpdate(Key, Status("t1", TaskState.TaskRunning)));

        Subscribe("s2").ShouldContain(new AgentEffect.CloseExecutorStream("s1"));
        Tell(new AgentInput.ExecutorStreamClosed(Key, "s1"));
        core.Executors[Key].StreamId.ShouldBe("s2");
        Tell(new AgentInput.ExecutorSubscribed(Key, "older", "s3", Self, [], [])).ShouldBe([new AgentEffect.CloseExecutorStream("s3")]);
    }

    [Fact]
    public void The_master_is_told_of_executors_that_it_believes_to_be_here()
    {
        RunningExecutor("t1");
        var gone = new ExecutorKey("F", "gone");

        Tell(new AgentInput.Pinged(7, [Key, gone])).ShouldBe([new AgentEffect.ExecutorEnded(gone, -1, Ping: 7)]);

        Tell(new AgentInput.LinkLost());
        Tell(new AgentInput.Pinged(8, [gone])).ShouldBeEmpty();
    }

    private AgentTime At => new(now, DateTimeOffset.UnixEpoch + now);

    private IReadOnlyList<AgentEffect> Tell(AgentInput input) => core.Decide(input, At);

    private IReadOnlyList<AgentEffect> Run(string id)
    {
        var task = TaskOf(id);
        task.Command = null;
        task.Executor = Executor();
        return Tell(new AgentInput.RunTask(Framework(), task, "c-" + id, "x-" + id));
    }

    private void RunGroup(params string[] ids) =>
        Tell(new AgentInput.RunGroup(Framework(), Executor(), [.. ids.Select(id => (TaskOf(id), "c-" + id))], "x-g", "group-" + ids[0]));

    private IReadOnlyList<AgentEffect> RunGroup(Resource more, params string[] ids) => Tell(new AgentInput.RunGroup(Framework(), Executor(), [.. ids.Select(id =>
    {
        var task = TaskOf(id);
        task.Resources.Add(more);
        return (task, "c-" + id);
    })], "x-g", "group-" + ids[0]));

    private static Resource Volume(string id) => new()
    {
        Name = "disk",
        Type = Value.Types.Type.Scalar,
        Scalar = new Value.Types.Scalar { Value = 64 },
        Disk = new Resource.Types.DiskInfo { Persistence = new() { Id = id }, Volume = new DataPlatform.Core.Protocol.Mesos.Volume { ContainerPath = "data" } },
    };

    private void RunningExecutor(params string[] tasks)
    {
        foreach (var task in tasks)
            Run(task);
        Tell(new AgentInput.Launched("x-" + tasks[0], 100));
        Subscribe("s1");
    }

    private IReadOnlyList<AgentEffect> Subscribe(string stream) =>
        Tell(new AgentInput.ExecutorSubscribed(Key, core.Executors[Key].Program.ContainerId, stream, Self, [], []));

    private void AcknowledgeAll()
    {
        foreach (var run in core.Runs.ToList())
        {
            while (run.Updates.Pending.FirstOrDefault() is { } sending)
                Tell(new AgentInput.Acknowledge(run.Key, sending.Uuid));
        }
    }

    private static List<string> Told(IEnumerable<AgentEffect> effects, string stream) =>
        [.. effects.OfType<AgentEffect.TellExecutor>().Where(each => each.StreamId == stream).Select(each => Words(each.Event))];

    private static string Words(ExecutorEvent said) => said.Type switch
    {
        EventType.Subscribed => $"SUBSCRIBED {said.Subscribed.ExecutorInfo.ExecutorId.Value}",
        EventType.Launch => $"LAUNCH {said.Launch.Task.TaskId.Value}",
        EventType.LaunchGroup => $"LAUNCH_GROUP {string.Join(' ', said.LaunchGroup.TaskGroup.Tasks.Select(task => task.TaskId.Value))}",
        EventType.Kill => $"KILL {said.Kill.TaskId.Value} {said.Kill.KillPolicy?.GracePeriod.Nanoseconds}".TrimEnd(),
        EventType.Acknowledged => $"ACKNOWLEDGED {said.Acknowledged.TaskId.Value}",
        EventType.Message => $"MESSAGE {said.Message.Data.ToStringUtf8()}",
        _ => said.Type.ToString().ToUpperInvariant(),
    };

    private static List<(string, TaskState, Reason)> Reports(IEnumerable<AgentEffect> effects) =>
        [.. effects.OfType<AgentEffect.CheckpointStatus>().Select(each => (each.Status.TaskId.Value, each.Status.State, each.Status.Reason))];

    private static List<string> Messages(IEnumerable<AgentEffect> effects) => [.. effects.OfType<AgentEffect.CheckpointStatus>().Select(each => each.Status.Message)];

    private TaskReport Status(string task, TaskState state) => new()
    {
        TaskId = new TaskID { Value = task },
        State = state,
        Source = TaskReport.Types.Source.Executor,
        Uuid = ByteString.CopyFrom(new Guid(++uuids, 0, 0, new byte[8]).ToByteArray()),
    };

    private static List<RecoveredRun> Recovered(FrameworkInfo framework, bool delivered)
    {
        var program = TaskOf("x");
        return
        [
            new RecoveredRun(framework, program, "x-t1", [], new HashSet<ByteString>(), null, true, 100, TimeSpan.Zero, null) { Program = Executor(), WasDelivered = true },
            .. Member("t1", delivered, framework),
        ];
    }

    private static List<RecoveredRun> Member(string id, bool delivered, FrameworkInfo? framework = null)
    {
        var task = TaskOf(id);
        task.Command = null;
        task.Executor = Executor();
        return
        [
            new RecoveredRun(framework ?? Framework(), task, "c-" + id, [], new HashSet<ByteString>(), null, false, null, TimeSpan.Zero, null)
            {
                Pod = new Pod(Executor(), "x-t1", "c-" + id), WasDelivered = delivered,
            },
        ];
    }

    private static TaskKey Task(string id) => new("F", id);

    private static FrameworkInfo Framework(params Capability[] capabilities) => new()
    {
        User = "",
        Name = "f",
        Id = new FrameworkID { Value = "F" },
        Capabilities = { capabilities.Select(each => new FrameworkInfo.Types.Capability { Type = each }) },
    };

    private static ExecutorInfo Executor() => new()
    {
        Type = ExecutorInfo.Types.Type.Custom,
        ExecutorId = new ExecutorID { Value = "x" },
        FrameworkId = new FrameworkID { Value = "F" },
        Command = new CommandInfo { Value = "run" },
        Resources = { Memory(32) },
    };

    private static TaskInfo TaskOf(string id) => new()
    {
        Name = id,
        TaskId = new TaskID { Value = id },
        AgentId = new AgentID { Value = "S0" },
        Command = new CommandInfo { Value = "true" },
        Resources = { Memory(64) },
    };

    private static Resource Memory(double megabytes) => new()
    {
        Name = "mem",
        Type = Value.Types.Type.Scalar,
        Scalar = new Value.Types.Scalar { Value = megabytes },
    };
}
