using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Tests.Pool.Agents;

/// <summary>
/// A launch that never reached its agent: however it was lost, its framework hears what became of it, at once or, if it
/// was away itself, when it asks.
/// </summary>
public sealed class LostLaunchTests
{
    private readonly PoolUnderTest pool = new(new PoolSettings { AgentPingTimeout = TimeSpan.FromSeconds(1), MaxAgentPingTimeouts = 2 });
    private readonly string agent;
    private readonly string framework;

    public LostLaunchTests()
    {
        agent = pool.Register("a");
        framework = pool.Subscribe("f");
        pool.Accept(framework, pool.OffersTo("f"), PoolUnderTest.Task("t", agent));
    }

    [Fact]
    public void An_agent_that_registers_again_without_it_has_not_got_it()
    {
        pool.Do(new PoolCommand.AgentStreamClosed("a"));
        pool.Register("a2", id: agent);

        var told = pool.StatusesTo("f").ShouldHaveSingleItem();
        (told.State, told.Reason, told.AgentId.Value).ShouldBe((TaskState.TaskDropped, TaskReport.Types.Reason.Reconciliation, agent));
        Reconciled("f").State.ShouldBe(TaskState.TaskDropped);
    }

    [Fact]
    public void A_new_stream_that_overtakes_the_end_of_the_old_one_makes_no_difference()
    {
        pool.Register("a2", id: agent);
        pool.Do(new PoolCommand.AgentStreamClosed("a"));

        pool.StatusesTo("f").ShouldHaveSingleItem().State.ShouldBe(TaskState.TaskDropped);
        pool.State.Agents[agent].IsConnected.ShouldBeTrue();
        pool.State.Agents[agent].Tasks.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_launched_over_the_new_stream_is_not_taken_for_lost()
    {
        pool.Do(new PoolCommand.AgentStreamClosed("a"));
        pool.Register("a2", id: agent);
        pool.Accept(framework, pool.OffersTo("f"), PoolUnderTest.Task("t2", agent));
        pool.Do(new PoolCommand.AgentStreamClosed("a"));

        pool.State.Frameworks[framework].Tasks.Keys.ShouldBe(["t2"]);
        pool.ToldToAgent("a2").ShouldContain(told => told.RunTask != null && told.RunTask.Task.TaskId.Value == "t2");
    }

    [Fact]
    public void A_framework_that_was_away_is_told_when_it_asks_without_naming_the_agent()
    {
        pool.Do(new PoolCommand.SchedulerStreamClosed("f"));
        pool.Do(new PoolCommand.AgentStreamClosed("a"));
        pool.Register("a2", id: agent);
        pool.Subscribe("f2", id: framework);

        var told = Reconciled("f2");

        (told.State, told.Reason, told.AgentId.Value).ShouldBe((TaskState.TaskDropped, TaskReport.Types.Reason.Reconciliation, agent));
    }

    [Fact]
    public void An_agent_that_was_unreachable_and_comes_back_without_it_has_not_got_it()
    {
        for (var second = 0; second < 5; second++)
            pool.Pass(TimeSpan.FromSeconds(1));
        pool.StatusesTo("f").ShouldHaveSingleItem().State.ShouldBe(TaskState.TaskUnreachable);

        pool.Register("a2", id: agent);

        pool.StatusesTo("f").Last().State.ShouldBe(TaskState.TaskDropped);
        pool.State.Frameworks[framework].UnreachableTasks.ShouldBeEmpty();
        pool.State.Frameworks[framework].CompletedTasks.ShouldHaveSingleItem().State.ShouldBe(TaskState.TaskDropped);
        Reconciled("f").State.ShouldBe(TaskState.TaskDropped);
    }

    [Fact]
    public void A_task_that_comes_back_with_its_agent_is_not_dropped()
    {
        for (var second = 0; second < 5; second++)
            pool.Pass(TimeSpan.FromSeconds(1));
        var record = pool.State.Frameworks[framework].UnreachableTasks["t"].Clone();
        record.State = TaskState.TaskRunning;

        pool.Register("a2", id: agent, tasks: record);

        pool.StatusesTo("f").Select(each => each.State).ShouldBe([TaskState.TaskUnreachable, TaskState.TaskRunning]);
        pool.State.Frameworks[framework].Tasks.Keys.ShouldBe(["t"]);
    }

    [Fact]
    public void An_agent_that_lost_its_folder_and_comes_as_a_new_one_takes_the_launch_with_it()
    {
        pool.Do(new PoolCommand.AgentStreamClosed("a"));
        pool.Register("a");

        pool.StatusesTo("f").ShouldHaveSingleItem().State.ShouldBe(TaskState.TaskGone);
    }

    [Fact]
    public void A_task_id_that_is_used_again_is_the_new_task()
    {
        pool.Do(new PoolCommand.AgentStreamClosed("a"));
        pool.Register("a2", id: agent);
        pool.Accept(framework, pool.OffersTo("f"), PoolUnderTest.Task("t", agent));

        Reconciled("f").State.ShouldBe(TaskState.TaskStaging);
    }

    [Fact]
    public void No_more_of_them_are_kept_than_of_completed_tasks()
    {
        var small = new PoolUnderTest(new PoolSettings { CompletedTasksKept = 2 });
        var its = small.Register("a");
        var id = small.Subscribe("f");
        small.Accept(id, small.OffersTo("f"), [.. Enumerable.Range(0, 4).Select(number => PoolUnderTest.Task($"t{number}", its))]);
        small.Register("a2", id: its);

        small.State.Frameworks[id].TasksEndedByMaster.Keys.ShouldBe(["t2", "t3"]);
    }

    private TaskReport Reconciled(string stream)
    {
        pool.Call(framework, call =>
        {
            call.Type = SchedulerCall.Types.Type.Reconcile;
            call.Reconcile = new() { Tasks = { new SchedulerCall.Types.Reconcile.Types.Task { TaskId = new TaskID { Value = "t" } } } };
        });
        return pool.StatusesTo(stream).Last();
    }
}
