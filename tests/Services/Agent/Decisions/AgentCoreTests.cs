using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Services.Agent.Decisions;
using Google.Protobuf;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;

namespace DataPlatform.Services.Tests.Agent.Decisions;

public sealed class AgentCoreTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly AgentCore core;
    private DateTimeOffset now = Start;
    private TimeSpan wallStep;
    private int uuids;

    public AgentCoreTests()
    {
        core = new AgentCore(
            new AgentSettings(TimeSpan.FromSeconds(5)), new TaskReports("127.0.0.1", () => new Guid(++uuids, 0, 0, new byte[8])));
        Tell(new AgentInput.LinkRegistered("S0"));
    }

    [Theory]
    [InlineData(-7200)]
    [InlineData(7200)]
    public void A_step_of_the_hosts_time_changes_no_grace_period_and_no_retry(int seconds)
    {
        Running("t1", Framework());
        Launch("t2");
        Tell(new AgentInput.Launched("c-t2", 101));
        Tell(new AgentInput.KillTask(Key("t1"), Steady(2)));

        wallStep = TimeSpan.FromSeconds(seconds);
        now = Start.AddSeconds(1);
        Tell(new AgentInput.Tick()).ShouldBeEmpty();
        now = Start.AddSeconds(2);
        Tell(new AgentInput.Tick()).ShouldHaveSingleItem().ShouldBeOfType<AgentEffect.Destroy>();
        now = Start.AddSeconds(10);
        Tell(new AgentInput.Tick()).OfType<AgentEffect.Send>().ShouldContain(each => each.Task == Key("t2"));
        Tell(new AgentInput.Ended("c-t1", new TaskEnd.Status(137))).OfType<AgentEffect.CheckpointStatus>().Single().Status.Timestamp
            .ShouldBe((now + wallStep - DateTimeOffset.UnixEpoch).TotalSeconds, "what people read is the host's time");
    }

    [Fact]
    public void A_step_of_the_hosts_time_ends_no_task_before_its_max_completion_time()
    {
        var task = TaskOf("t1");
        task.MaxCompletionTime = new DurationInfo { Nanoseconds = 60_000_000_000 };
        Tell(new AgentInput.RunTask(Framework(Capability.TaskKillingState), task, "c-t1"));
        Tell(new AgentInput.Launched("c-t1", 1));
        AcknowledgeAll();

        wallStep = TimeSpan.FromHours(2);
        now = Start.AddSeconds(59);
        Tell(new AgentInput.Tick()).ShouldBeEmpty();
        now = Start.AddSeconds(60);
        Tell(new AgentInput.Tick()).OfType<AgentEffect.Terminate>().ShouldHaveSingleItem();
        Tell(new AgentInput.Ended("c-t1", new TaskEnd.Status(143)));

        core.Runs.ShouldHaveSingleItem().Statuses.Select(each => each.State)
            .ShouldBe([TaskState.TaskStarting, TaskState.TaskRunning, TaskState.TaskFailed], "no TASK_KILLING, as Mesos has it");
    }

    [Fact]
    public void A_thousand_quiet_tasks_are_not_looked_at_for_the_sake_of_one()
    {
        for (var number = 0; number < 1000; number++)
            Running($"t{number}", Framework());

        Tell(new AgentInput.KillTask(Key("t500"), Steady(2)));

        core.NextWake.ShouldBe(Steady(2));
        now = Start.AddSeconds(2);
        Tell(new AgentInput.Tick()).ShouldHaveSingleItem().ShouldBeOfType<AgentEffect.Destroy>().ContainerId.ShouldBe("c-t500");
    }

    [Fact]
    public void A_task_that_uses_the_id_of_an_ended_one_is_launched()
    {
        Running("t1", Framework());
        Tell(new AgentInput.Ended("c-t1", new TaskEnd.Status(0)));

        var effects = Tell(new AgentInput.RunTask(Framework(), TaskOf("t1"), "c-again"));

        effects.OfType<AgentEffect.Launch>().ShouldHaveSingleItem().Run.ContainerId.ShouldBe("c-again");
        effects.OfType<AgentEffect.Forget>().ShouldHaveSingleItem().ContainerId.ShouldBe("c-t1");
        core.Runs.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(true, TaskState.TaskDropped)]
    [InlineData(false, TaskState.TaskLost)]
    public void A_task_that_this_host_can_not_run_is_dropped(bool partitionAware, TaskState expected)
    {
        Tell(new AgentInput.RunTask(partitionAware ? Framework(Capability.PartitionAware) : Framework(), TaskOf("t1"), "c-t1"));

        var report = Tell(new AgentInput.LaunchFailed("c-t1", LaunchFailure.Dropped("no such user")))
            .OfType<AgentEffect.CheckpointStatus>().ShouldHaveSingleItem().Status;

        report.State.ShouldBe(expected);
        report.Reason.ShouldBe(TaskReport.Types.Reason.ExecutorTerminated);
    }

    [Fact]
    public void Takes_an_id_that_was_lost_from_its_tasks()
    {
        core.Recover("", [Recovered(100, [Status(TaskState.TaskRunning, 1)])], At);

        core.AgentId.ShouldBe("S0");
        core.Leaving.ShouldBeFalse();
        core.Runs.ShouldHaveSingleItem();
    }

    [Fact]
    public void Takes_no_id_from_tasks_that_end_because_that_id_was_given_up()
    {
        core.Recover("", [Recovered(100, [Status(TaskState.TaskRunning, 1)], KillIntent.Silent)], At)
            .OfType<AgentEffect.Terminate>().ShouldHaveSingleItem();

        core.AgentId.ShouldBeEmpty();
        core.Leaving.ShouldBeTrue();
        Tell(new AgentInput.Ended("c-t1", new TaskEnd.Status(143))).OfType<AgentEffect.RegisterAnew>().ShouldHaveSingleItem();
        core.Leaving.ShouldBeFalse();
    }

    [Fact]
    public void Ends_tasks_of_an_agent_that_it_is_not_any_more_before_it_registers()
    {
        var effects = core.Recover("S7", [Recovered(100, [Status(TaskState.TaskRunning, 1)]), Recovered(101, [Status(TaskState.TaskRunning, 2)], null, "t2", "S7")], At);

        effects.OfType<AgentEffect.Terminate>().ShouldHaveSingleItem().ContainerId.ShouldBe("c-t1");
        core.Leaving.ShouldBeTrue();
        Tell(new AgentInput.Ended("c-t1", new TaskEnd.Status(143)));
        core.Leaving.ShouldBeFalse();
        core.Runs.ShouldHaveSingleItem().Key.TaskId.ShouldBe("t2");
    }

    /// <summary>Found by the simulation: the agent was being shut down, restarted, and was let in again.</summary>
    [Fact]
    public void Names_no_task_to_the_master_that_ends_in_silence()
    {
        var pod = new Pod(new ExecutorInfo { ExecutorId = new ExecutorID { Value = "x" } }, "c-x", "g");
        core.Recover("S0", [Recovered(100, [Status(TaskState.TaskRunning, 1)], KillIntent.Silent), Recovered(101, [Status(TaskState.TaskRunning, 2)], KillIntent.Silent, "t2") with { Pod = pod }, Recovered(102, [], null, "t3")], At);

        var register = new AgentCall.Types.Register();
        core.AddTo(register);

        register.Tasks.ShouldHaveSingleItem().TaskId.Value.ShouldBe("t3");
        register.Executors.ShouldBeEmpty();
        register.Frameworks.ShouldHaveSingleItem().Id.Value.ShouldBe("F");
    }

    [Fact]
    public void What_was_left_of_a_grace_period_is_what_is_left_after_a_restart()
    {
        var run = Recovered(100, [Status(TaskState.TaskRunning, 1)], KillIntent.Killed) with { KillIn = Steady(1) };
        Tell(new AgentInput.LinkLost());

        core.Recover("S0", [run], At);

        core.NextWake.ShouldBe(Steady(1));
    }

    [Fact]
    public void A_task_that_has_run_for_a_while_ends_at_its_max_completion_time_in_spite_of_a_restart()
    {
        var run = Recovered(100, [Status(TaskState.TaskRunning, 1)]) with { Age = Steady(50) };
        run.Task.MaxCompletionTime = new DurationInfo { Nanoseconds = 60_000_000_000 };
        Tell(new AgentInput.LinkLost());

        core.Recover("S0", [run], At);

        core.NextWake.ShouldBe(Steady(10));
    }

    [Fact]
    public void A_task_that_holds_too_much_disk_is_ended_at_once_and_fails_also_when_its_kill_had_begun_before_a_restart()
    {
        Running("t1", Framework(Capability.TaskKillingState));
        var excess = new DiskExcess("The task's sandbox", 5 << 20, 3 << 19, [new Resource { Name = "disk", Type = Value.Types.Type.Scalar }]);

        Tell(new AgentInput.DiskExceeded("c-t1", excess)).OfType<AgentEffect.Destroy>().ShouldHaveSingleItem();
        Tell(new AgentInput.Ended("c-t1", new TaskEnd.Status(137)));
        core.Recover("S0", [Recovered(100, [Status(TaskState.TaskRunning, 1)], KillIntent.TooMuchDisk, "t2")], At);
        var again = core.Runs.Single(run => run.Phase == RunPhase.Ending);
        Tell(new AgentInput.Ended(again.ContainerId, new TaskEnd.Status(137)));

        var ends = core.Runs.Select(run => run.Statuses[^1]).ToList();
        ends.ShouldAllBe(each => each.State == TaskState.TaskFailed && each.Reason == TaskReport.Types.Reason.ContainerLimitationDisk);
        ends.ShouldContain(each => each.Message.StartsWith("The task's sandbox held 5 MiB of disk, 1.5 MiB are allowed; "));
        ends.ShouldContain(each => each.Message.StartsWith("The task held more disk than it is allowed; "));
    }

    [Fact]
    public void Tasks_that_there_are_no_descriptors_for_are_refused_whole_groups_as_one()
    {
        var few = new AgentCore(
            new AgentSettings(TimeSpan.FromSeconds(5)) { Descriptors = new DescriptorBudget(300, 3, 2) }, new TaskReports("127.0.0.1", Guid.NewGuid));
        few.Decide(new AgentInput.LinkRegistered("S0"), At);
        few.Decide(new AgentInput.RunTask(Framework(Capability.PartitionAware), TaskOf("t1"), "c-t1"), At);
        few.Decide(new AgentInput.RunTask(Framework(Capability.PartitionAware), TaskOf("t2"), "c-t2"), At);
        var executor = new ExecutorInfo { ExecutorId = new ExecutorID { Value = "pod" } };

        var effects = few.Decide(new AgentInput.RunGroup(
            Framework(Capability.PartitionAware), executor, [(TaskOf("p1"), "c-p1"), (TaskOf("p2"), "c-p2")], "c-pod", "g"), At);

        effects.OfType<AgentEffect.Launch>().ShouldBeEmpty();
        effects.OfType<AgentEffect.ExecutorEnded>().ShouldHaveSingleItem();
        var refused = effects.OfType<AgentEffect.CheckpointStatus>().Select(each => each.Status).ToList();
        refused.Select(each => each.State).ShouldBe([TaskState.TaskDropped, TaskState.TaskDropped]);
        refused.ShouldAllBe(each => each.Message.Contains("may have 300 open files, of which 3 are for tasks: 2 are taken"));
        few.Decide(new AgentInput.RunTask(Framework(), TaskOf("t3"), "c-t3"), At).OfType<AgentEffect.Launch>().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_task_that_ran_before_the_host_was_started_anew_is_told_as_ended_with_its_agent_as_the_source()
    {
        core.Recover("S0", [Recovered(null, [Status(TaskState.TaskRunning, 1)])], At);

        var report = Tell(new AgentInput.Ended("c-t1", new TaskEnd.Unknown())).OfType<AgentEffect.CheckpointStatus>().ShouldHaveSingleItem().Status;

        report.State.ShouldBe(TaskState.TaskFailed);
        report.Reason.ShouldBe(TaskReport.Types.Reason.ExecutorTerminated);
        report.Source.ShouldBe(TaskReport.Types.Source.Agent);
    }

    [Fact]
    public void Sends_one_update_at_a_time_and_says_the_newest_state_with_it()
    {
        Launch("t1");

        var effects = Tell(new AgentInput.Launched("c-t1", 100));
        var first = effects.OfType<AgentEffect.Send>().ShouldHaveSingleItem();
        first.Status.State.ShouldBe(TaskState.TaskStarting);
        first.Latest.ShouldBe(TaskState.TaskRunning);

        Tell(new AgentInput.Ended("c-t1", new TaskEnd.Status(0))).OfType<AgentEffect.Send>().ShouldBeEmpty();
        var second = Acknowledge(first).OfType<AgentEffect.Send>().ShouldHaveSingleItem();
        second.Status.State.ShouldBe(TaskState.TaskRunning);
        second.Latest.ShouldBe(TaskState.TaskFinished);
        var third = Acknowledge(second).OfType<AgentEffect.Send>().ShouldHaveSingleItem();
        third.Status.State.ShouldBe(TaskState.TaskFinished);
        Acknowledge(third).OfType<AgentEffect.Forget>().ShouldHaveSingleItem();
        core.Runs.ShouldBeEmpty();
        core.Completed.ShouldHaveSingleItem().Task.State.ShouldBe(TaskState.TaskFinished);
    }

    [Fact]
    public void Checkpoints_an_update_before_it_is_sent()
    {
        Launch("t1");

        var effects = Tell(new AgentInput.Launched("c-t1", 100));

        effects.ToList().FindIndex(each => each is AgentEffect.CheckpointStatus).ShouldBeLessThan(effects.ToList().FindIndex(each => each is AgentEffect.Send));
    }

    [Fact]
    public void Sends_an_update_again_after_ten_seconds_and_then_ever_later()
    {
        Launch("t1");
        Tell(new AgentInput.Launched("c-t1", 100));

        core.NextWake.ShouldBe(Steady(10));
        now = Start.AddSeconds(10);
        Tell(new AgentInput.Tick()).OfType<AgentEffect.Send>().ShouldHaveSingleItem();
        core.NextWake.ShouldBe(Steady(30));
    }

    [Fact]
    public void Sends_nothing_without_a_link_and_what_waits_at_once_with_a_new_one()
    {
        Launch("t1");
        Tell(new AgentInput.LinkLost());
        Tell(new AgentInput.Launched("c-t1", 100)).OfType<AgentEffect.Send>().ShouldBeEmpty();
        core.NextWake.ShouldBeNull();

        Tell(new AgentInput.LinkRegistered("S0")).OfType<AgentEffect.Send>().ShouldHaveSingleItem();
    }

    [Fact]
    public void Ignores_a_task_that_is_here_already()
    {
        Launch("t1");

        Tell(new AgentInput.RunTask(Framework(), TaskOf("t1"), "another")).ShouldBeEmpty();
    }

    [Fact]
    public void Kills_gently_first_and_with_force_after_the_grace_period()
    {
        Running("t1", Framework(Capability.TaskKillingState));

        var effects = Tell(new AgentInput.KillTask(Key("t1"), TimeSpan.FromSeconds(2)));
        effects.OfType<AgentEffect.Terminate>().ShouldHaveSingleItem();
        effects.OfType<AgentEffect.CheckpointStatus>().ShouldHaveSingleItem().Status.State.ShouldBe(TaskState.TaskKilling);
        effects.OfType<AgentEffect.Destroy>().ShouldBeEmpty();

        now = Start.AddSeconds(2);
        Tell(new AgentInput.Tick()).OfType<AgentEffect.Destroy>().ShouldHaveSingleItem();
        Tell(new AgentInput.Ended("c-t1", new TaskEnd.Status(137)))
            .OfType<AgentEffect.CheckpointStatus>().ShouldHaveSingleItem().Status.State.ShouldBe(TaskState.TaskKilled);
    }

    [Fact]
    public void A_task_of_an_agent_that_is_drained_says_so_until_its_end()
    {
        Running("t1", Framework(Capability.TaskKillingState));

        var killing = Tell(new AgentInput.KillTask(Key("t1"), TimeSpan.FromSeconds(2), Draining: true))
            .OfType<AgentEffect.CheckpointStatus>().ShouldHaveSingleItem().Status;
        var killed = Tell(new AgentInput.Ended("c-t1", new TaskEnd.Status(143))).OfType<AgentEffect.CheckpointStatus>().ShouldHaveSingleItem().Status;

        (killing.State, killing.Reason).ShouldBe((TaskState.TaskKilling, TaskReport.Types.Reason.AgentDraining));
        (killed.State, killed.Reason).ShouldBe((TaskState.TaskKilled, TaskReport.Types.Reason.AgentDraining));
    }

    [Fact]
    public void A_second_kill_can_only_shorten_the_wait()
    {
        Running("t1", Framework());
        Tell(new AgentInput.KillTask(Key("t1"), TimeSpan.FromSeconds(60)));

        Tell(new AgentInput.KillTask(Key("t1"), TimeSpan.FromSeconds(90)));
        core.NextWake.ShouldNotBeNull();
        Tell(new AgentInput.KillTask(Key("t1"), TimeSpan.Zero)).OfType<AgentEffect.Destroy>().ShouldHaveSingleItem();
    }

    [Fact]
    public void Takes_the_grace_period_from_the_call_then_the_task_then_the_agent()
    {
        var task = TaskOf("t1");
        task.KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = 3_000_000_000 } };
        Tell(new AgentInput.RunTask(Framework(), task, "c-t1"));
        Tell(new AgentInput.Launched("c-t1", 1));
        AcknowledgeAll();

        Tell(new AgentInput.KillTask(Key("t1"), null));

        core.NextWake.ShouldBe(Steady(3));
    }

    [Fact]
    public void Cancels_a_launch_that_is_killed_and_says_so()
    {
        Launch("t1");

        Tell(new AgentInput.KillTask(Key("t1"), null)).OfType<AgentEffect.CancelLaunch>().ShouldHaveSingleItem();
        var report = Tell(new AgentInput.LaunchFailed("c-t1", LaunchFailure.Failed("cancelled")))
            .OfType<AgentEffect.CheckpointStatus>().ShouldHaveSingleItem().Status;

        report.State.ShouldBe(TaskState.TaskKilled);
        report.Reason.ShouldBe(TaskReport.Types.Reason.TaskKilledDuringLaunch);
    }

    [Fact]
    public void Ends_a_task_that_was_started_in_spite_of_its_kill()
    {
        Launch("t1");
        Tell(new AgentInput.KillTask(Key("t1"), null));

        var effects = Tell(new AgentInput.Launched("c-t1", 100));

        effects.OfType<AgentEffect.Destroy>().ShouldHaveSingleItem();
        effects.OfType<AgentEffect.CheckpointStatus>().ShouldNotContain(each => each.Status.State == TaskState.TaskRunning);
    }

    [Fact]
    public void Says_nothing_more_of_a_framework_that_was_shut_down()
    {
        Running("t1", Framework());

        Tell(new AgentInput.ShutdownFramework("F")).OfType<AgentEffect.Terminate>().ShouldHaveSingleItem();
        var effects = Tell(new AgentInput.Ended("c-t1", new TaskEnd.Status(143)));

        effects.OfType<AgentEffect.Send>().ShouldBeEmpty();
        effects.OfType<AgentEffect.Forget>().ShouldHaveSingleItem();
        core.Completed.ShouldBeEmpty();
    }

    [Fact]
    public void Joins_as_a_new_agent_only_when_no_task_is_left()
    {
        Running("t1", Framework());

        Tell(new AgentInput.Shutdown("gone")).OfType<AgentEffect.RegisterAnew>().ShouldBeEmpty();
        core.Leaving.ShouldBeTrue();
        Tell(new AgentInput.Ended("c-t1", new TaskEnd.Status(143))).OfType<AgentEffect.RegisterAnew>().ShouldHaveSingleItem();
        core.AgentId.ShouldBeEmpty();
        core.Leaving.ShouldBeFalse();
    }

    [Fact]
    public void Names_memory_as_the_reason_when_the_kernel_ended_the_task_for_it()
    {
        Running("t1", Framework());

        var report = Tell(new AgentInput.Ended("c-t1", new TaskEnd.OutOfMemory(137, 64 << 20)))
            .OfType<AgentEffect.CheckpointStatus>().ShouldHaveSingleItem().Status;

        report.State.ShouldBe(TaskState.TaskFailed);
        report.Reason.ShouldBe(TaskReport.Types.Reason.ContainerLimitationMemory);
        report.Source.ShouldBe(TaskReport.Types.Source.Agent);
    }

    [Fact]
    public void A_run_whose_start_is_not_known_is_dropped_after_a_restart()
    {
        var effects = core.Recover("S0", [Recovered(pid: null, [])], At);

        var report = effects.OfType<AgentEffect.CheckpointStatus>().ShouldHaveSingleItem().Status;
        report.State.ShouldBe(TaskState.TaskLost);
        report.Reason.ShouldBe(TaskReport.Types.Reason.AgentRestarted);
    }

    [Fact]
    public void A_task_that_was_being_killed_is_killed_on_after_a_restart()
    {
        var statuses = new[] { Status(TaskState.TaskStarting, 1), Status(TaskState.TaskRunning, 2) };

        Tell(new AgentInput.LinkLost());

        var effects = core.Recover("S0", [Recovered(100, statuses, KillIntent.Killed)], At);

        effects.OfType<AgentEffect.Terminate>().ShouldHaveSingleItem();
        core.NextWake.ShouldBe(Steady(5), "nothing is sent without a link");
        Tell(new AgentInput.LinkRegistered("S0")).OfType<AgentEffect.Send>().ShouldHaveSingleItem();
        Tell(new AgentInput.Ended("c-t1", new TaskEnd.Status(143)))
            .OfType<AgentEffect.CheckpointStatus>().ShouldHaveSingleItem().Status.State.ShouldBe(TaskState.TaskKilled);
    }

    [Fact]
    public void Handles_every_input_there_is()
    {
        foreach (var type in typeof(AgentInput).GetNestedTypes().Where(each => each.IsSubclassOf(typeof(AgentInput))))
        {
            var input = (AgentInput)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
            var problem = Record.Exception(() => core.Decide(input, At));
            (problem is InvalidOperationException { Message: var message } && message.StartsWith("Unhandled", StringComparison.Ordinal))
                .ShouldBeFalse(type.Name);
        }
    }

    private AgentTime At => new(now - Start, now + wallStep);

    private static TimeSpan Steady(double seconds) => TimeSpan.FromSeconds(seconds);

    private static RecoveredRun Recovered(int? pid, TaskReport[] statuses, KillIntent? intent = null, string task = "t1", string agent = "S0")
    {
        var info = TaskOf(task);
        info.AgentId = new AgentID { Value = agent };
        return new RecoveredRun(
            Framework(), info, "c-" + task, statuses, new HashSet<ByteString>(), intent, pid is not null || statuses.Length > 0, pid, TimeSpan.Zero, null);
    }

    private static TaskReport Status(TaskState state, byte uuid) =>
        new() { TaskId = new TaskID { Value = "t1" }, State = state, Uuid = ByteString.CopyFrom(uuid) };

    private static TaskKey Key(string task) => new("F", task);

    private static FrameworkInfo Framework(params Capability[] capabilities) => new()
    {
        User = "",
        Name = "f",
        Id = new FrameworkID { Value = "F" },
        Capabilities = { capabilities.Select(each => new FrameworkInfo.Types.Capability { Type = each }) },
    };

    private static TaskInfo TaskOf(string id) => new()
    {
        Name = id,
        TaskId = new TaskID { Value = id },
        AgentId = new AgentID { Value = "S0" },
        Command = new CommandInfo { Value = "true" },
    };

    private IReadOnlyList<AgentEffect> Tell(AgentInput input) => core.Decide(input, At);

    private void Launch(string id) => Tell(new AgentInput.RunTask(Framework(), TaskOf(id), "c-" + id));

    private void Running(string id, FrameworkInfo framework)
    {
        Tell(new AgentInput.RunTask(framework, TaskOf(id), "c-" + id));
        Tell(new AgentInput.Launched("c-" + id, 100));
        AcknowledgeAll();
    }

    private void AcknowledgeAll()
    {
        foreach (var run in core.Runs)
        {
            while (run.Updates.Pending.FirstOrDefault() is { } sending)
                Tell(new AgentInput.Acknowledge(run.Key, sending.Uuid));
        }
    }

    private IReadOnlyList<AgentEffect> Acknowledge(AgentEffect.Send send) => Tell(new AgentInput.Acknowledge(send.Task, send.Status.Uuid));
}
