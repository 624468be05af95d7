using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Tests.Pool;

public sealed class TaskLifeTests
{
    private readonly PoolUnderTest pool = new();
    private readonly string agent;
    private readonly string framework;

    public TaskLifeTests()
    {
        agent = pool.Register("a");
        framework = pool.Subscribe("f");
        pool.Accept(framework, pool.OffersTo("f"), PoolUnderTest.Task("t", agent, "cpus:4;mem:1024;ports:[100-199]"));
        pool.OffersTo("f").ShouldBeEmpty();
    }

    [Fact]
    public void A_task_that_ended_is_kept_until_its_end_is_acknowledged_but_holds_nothing()
    {
        pool.Update("a", framework, "t", TaskState.TaskFinished);

        pool.OffersTo("f").ShouldHaveSingleItem();
        pool.State.Frameworks[framework].Tasks.Keys.ShouldContain("t");

        Acknowledge(PoolUnderTest.Uuid(9));
        pool.State.Frameworks[framework].Tasks.Keys.ShouldContain("t");
        Acknowledge(PoolUnderTest.Uuid(1));
        pool.State.Frameworks[framework].Tasks.ShouldBeEmpty();
        pool.State.Frameworks[framework].CompletedTasks.ShouldHaveSingleItem().State.ShouldBe(TaskState.TaskFinished);
        pool.ToldToAgent("a").Count(told => told.Type == AgentEvent.Types.Type.Acknowledge).ShouldBe(2);
    }

    [Fact]
    public void News_that_is_ahead_of_its_update_frees_resources_early()
    {
        pool.Update("a", framework, "t", TaskState.TaskRunning, latest: TaskState.TaskFailed);

        pool.OffersTo("f").ShouldHaveSingleItem();
        var record = pool.State.Frameworks[framework].Tasks["t"].Record;
        (record.State, record.StatusUpdateState).ShouldBe((TaskState.TaskFailed, TaskState.TaskRunning));
    }

    [Fact]
    public void What_has_ended_does_not_begin_again()
    {
        pool.Update("a", framework, "t", TaskState.TaskFinished);

        pool.Update("a", framework, "t", TaskState.TaskRunning, uuid: PoolUnderTest.Uuid(2));

        pool.State.Frameworks[framework].Tasks["t"].Record.State.ShouldBe(TaskState.TaskFinished);
    }

    [Fact]
    public void An_older_update_that_comes_late_does_not_hide_the_end_that_waits_for_its_acknowledgement()
    {
        pool.Update("a", framework, "t", TaskState.TaskFinished);
        pool.Update("a", framework, "t", TaskState.TaskRunning, uuid: PoolUnderTest.Uuid(2));

        Acknowledge(PoolUnderTest.Uuid(1));

        pool.State.Frameworks[framework].Tasks.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(TaskState.TaskStarting, TaskState.TaskRunning)]
    [InlineData(TaskState.TaskRunning, TaskState.TaskRunning)]
    [InlineData(TaskState.TaskRunning, TaskState.TaskFinished)]
    public void An_update_that_was_sent_twice_and_arrives_after_the_next_one_changes_nothing_and_is_told_nobody(TaskState first, TaskState next)
    {
        pool.Update("a", framework, "t", first, uuid: PoolUnderTest.Uuid(1));
        pool.Update("a", framework, "t", next, uuid: PoolUnderTest.Uuid(2));
        var known = pool.State.Frameworks[framework].Tasks["t"].Record;

        pool.Update("a", framework, "t", first, uuid: PoolUnderTest.Uuid(1));

        pool.State.Frameworks[framework].Tasks["t"].Record.ShouldBeSameAs(known);
        pool.StatusesTo("f").Select(status => status.State).ShouldBe([first, next]);
        Acknowledged().ShouldBe([PoolUnderTest.Uuid(1)]);
    }

    [Fact]
    public void An_update_of_before_that_arrives_after_the_end_was_acknowledged_is_told_nobody()
    {
        pool.Update("a", framework, "t", TaskState.TaskRunning, uuid: PoolUnderTest.Uuid(1));
        pool.Update("a", framework, "t", TaskState.TaskFinished, uuid: PoolUnderTest.Uuid(2));
        Acknowledge(PoolUnderTest.Uuid(2));

        pool.Update("a", framework, "t", TaskState.TaskRunning, uuid: PoolUnderTest.Uuid(1));
        pool.StatusesTo("f").Count().ShouldBe(2);
        Acknowledged().ShouldBe([PoolUnderTest.Uuid(2), PoolUnderTest.Uuid(1)]);

        pool.Update("a", framework, "t", TaskState.TaskFinished, uuid: PoolUnderTest.Uuid(2));
        pool.StatusesTo("f").Count().ShouldBe(3);
    }

    [Fact]
    public void The_newest_update_is_passed_on_each_time_and_an_earlier_copy_of_it_takes_nothing_back()
    {
        pool.Update("a", framework, "t", TaskState.TaskStarting, latest: TaskState.TaskRunning);

        pool.Update("a", framework, "t", TaskState.TaskStarting);

        pool.StatusesTo("f").Count().ShouldBe(2);
        pool.State.Frameworks[framework].Tasks["t"].Record.State.ShouldBe(TaskState.TaskRunning);
    }

    [Fact]
    public void What_an_agent_brings_again_is_not_taken_for_late_while_it_still_waits_to_be_acknowledged()
    {
        pool.Update("a", framework, "t", TaskState.TaskStarting, uuid: PoolUnderTest.Uuid(1));
        var brought = pool.State.Frameworks[framework].Tasks["t"].Record.Copy();
        brought.State = TaskState.TaskRunning;
        brought.Statuses.Add(new TaskReport { TaskId = brought.TaskId, State = TaskState.TaskRunning, Uuid = PoolUnderTest.Uuid(2) });
        pool.Register("again", id: agent, tasks: brought);
        pool.State.Frameworks[framework].Tasks["t"].Record.State.ShouldBe(TaskState.TaskRunning);

        pool.Update("again", framework, "t", TaskState.TaskStarting, latest: TaskState.TaskRunning, uuid: PoolUnderTest.Uuid(1));
        pool.Update("again", framework, "t", TaskState.TaskRunning, uuid: PoolUnderTest.Uuid(2));

        pool.StatusesTo("f").Select(status => status.State).ShouldBe([TaskState.TaskStarting, TaskState.TaskStarting, TaskState.TaskRunning]);
    }

    [Fact]
    public void A_kill_waits_for_an_agent_that_is_away()
    {
        pool.Do(new PoolCommand.AgentStreamClosed("a"));
        Kill(on: null);
        pool.ToldToAgent("a").ShouldAllBe(told => told.KillTask == null);

        pool.Register("again", id: agent, tasks: pool.State.Frameworks[framework].Tasks["t"].Record);

        pool.ToldToAgent("again").Where(told => told.KillTask is not null).ShouldHaveSingleItem().KillTask.TaskId.Value.ShouldBe("t");
    }

    [Fact]
    public void A_kill_that_names_another_agent_is_passed_over()
    {
        Kill("elsewhere");

        pool.ToldToAgent("a").ShouldAllBe(told => told.KillTask == null);
        pool.StatusesTo("f").ShouldBeEmpty();
    }

    [Fact]
    public void Calls_of_an_agent_count_on_its_current_stream_only()
    {
        pool.Register("newer", id: agent, tasks: pool.State.Frameworks[framework].Tasks["t"].Record);

        pool.Update("a", framework, "t", TaskState.TaskRunning)
            .ShouldBeOfType<PoolOutcome.Refused>().Kind.ShouldBe(RefusalKind.Forbidden);
        pool.Update("newer", framework, "t", TaskState.TaskRunning).ShouldBe(PoolOutcome.Taken);
        pool.Effects.ShouldContain(new PoolEffect.CloseAgentStream("a"));
    }

    [Fact]
    public void Pings_that_nobody_answers_make_the_agent_unreachable_after_five()
    {
        for (var ping = 0; ping < 5; ping++)
        {
            pool.Pass(TimeSpan.FromSeconds(15));
            pool.State.Agents.Keys.ShouldContain(agent);
        }

        pool.ToldToAgent("a").Count(told => told.Type == AgentEvent.Types.Type.Ping).ShouldBe(5);
        pool.Pass(TimeSpan.FromSeconds(15));

        pool.State.UnreachableAgents.Keys.ShouldContain(agent);
        pool.StatusesTo("f").ShouldHaveSingleItem().State.ShouldBe(TaskState.TaskUnreachable);
        pool.State.Frameworks[framework].UnreachableTasks.Keys.ShouldContain("t");
    }

    /// <summary>Found by the simulation: the end was told before the beginning was, and a scheduler took the task for one that never ran, and its data for nobody's.</summary>
    [Fact]
    public void An_end_that_an_agent_brings_back_is_told_after_the_news_before_it()
    {
        var task = pool.State.Frameworks[framework].Tasks["t"].Record.Clone();
        (task.State, task.StatusUpdateState) = (TaskState.TaskFailed, TaskState.TaskRunning);
        for (var ping = 0; ping <= 5; ping++)
            pool.Pass(TimeSpan.FromSeconds(15));

        pool.Register("back", id: agent, tasks: task);

        pool.StatusesTo("f").Select(status => status.State).ShouldBe([TaskState.TaskUnreachable, TaskState.TaskRunning]);
    }

    /// <summary>Found by the simulation: the end waited at the agent behind news that were not acknowledged yet.</summary>
    [Fact]
    public void An_end_that_was_not_told_before_its_agent_is_given_up_is_told_with_that()
    {
        pool.Update("a", framework, "t", TaskState.TaskRunning, latest: TaskState.TaskFailed);

        pool.Do(new PoolCommand.MarkAgentGone(agent, pool.Caller));

        pool.StatusesTo("f").Select(status => (status.State, status.HasUuid)).ShouldBe([(TaskState.TaskRunning, true), (TaskState.TaskFailed, false)]);
        pool.Call(framework, call =>
        {
            call.Type = SchedulerCall.Types.Type.Reconcile;
            call.Reconcile = new();
            call.Reconcile.Tasks.Add(new SchedulerCall.Types.Reconcile.Types.Task { TaskId = new TaskID { Value = "t" }, AgentId = new AgentID { Value = agent } });
        });
        pool.StatusesTo("f").Last().State.ShouldBe(TaskState.TaskFailed);
    }

    [Fact]
    public void An_answered_ping_begins_the_count_again()
    {
        for (var ping = 0; ping < 20; ping++)
        {
            pool.Pass(TimeSpan.FromSeconds(15));
            pool.Do(new PoolCommand.AgentRequest(new AgentCall { Type = AgentCall.Types.Type.Pong }, "a", pool.Caller));
        }

        pool.State.Agents.Keys.ShouldContain(agent);
    }

    [Fact]
    public void A_framework_without_failover_timeout_goes_with_its_stream()
    {
        var brief = pool.Subscribe("brief", failover: 0);

        pool.Do(new PoolCommand.SchedulerStreamClosed("brief"));

        pool.State.CompletedFrameworks.Keys.ShouldContain(brief);
    }

    private IEnumerable<Google.Protobuf.ByteString> Acknowledged() =>
        pool.ToldToAgent("a").Where(told => told.Type == AgentEvent.Types.Type.Acknowledge).Select(told => told.Acknowledge.Uuid);

    private void Acknowledge(Google.Protobuf.ByteString uuid) => pool.Call(framework, call =>
    {
        call.Type = SchedulerCall.Types.Type.Acknowledge;
        call.Acknowledge = new() { AgentId = new AgentID { Value = agent }, TaskId = new TaskID { Value = "t" }, Uuid = uuid };
    });

    private void Kill(string? on) => pool.Call(framework, call =>
    {
        call.Type = SchedulerCall.Types.Type.Kill;
        call.Kill = new() { TaskId = new TaskID { Value = "t" } };
        if (on is not null)
            call.Kill.AgentId = new AgentID { Value = on };
    });
}
