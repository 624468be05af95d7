using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Pool.Maintenance;

public sealed class DrainingTests
{
    private readonly PoolUnderTest pool = new();

    [Fact]
    public void A_deactivated_agent_keeps_its_tasks_and_is_offered_no_more_until_it_is_reactivated()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");
        pool.Accept(framework, pool.OffersTo("f"), PoolUnderTest.Task("1", agent));

        pool.Do(new PoolCommand.DeactivateAgent(agent, Caller.Platform)).ShouldBe(PoolOutcome.Ok);

        pool.OffersTo("f").ShouldBeEmpty();
        pool.ToldTo("f").Count(told => told.Rescind is not null).ShouldBe(1);
        pool.Pass(TimeSpan.FromMinutes(1));
        pool.OffersTo("f").ShouldBeEmpty();
        pool.State.Frameworks[framework].Tasks.Keys.ShouldBe(["1"]);
        View(agent).ShouldBe((false, true, null));
        pool.Do(new PoolCommand.ReactivateAgent(agent, Caller.Platform)).ShouldBe(PoolOutcome.Ok);
        pool.OffersTo("f").ShouldHaveSingleItem();
        View(agent).ShouldBe((true, false, null));
    }

    [Fact]
    public void A_draining_agent_ends_its_tasks_within_the_operators_patience_and_is_then_drained()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");
        var patient = PoolUnderTest.Task("patient", agent, "cpus:1");
        patient.KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = 60_000_000_000 } };
        var quick = PoolUnderTest.Task("quick", agent, "cpus:1");
        quick.KillPolicy = new KillPolicy { GracePeriod = new DurationInfo { Nanoseconds = 1 } };
        pool.Accept(framework, pool.OffersTo("f"), patient, quick);

        pool.Do(Drain(agent, seconds: 10)).ShouldBe(PoolOutcome.Ok);

        pool.ToldToAgent("a").Where(told => told.KillTask is not null).Select(told => (told.KillTask.TaskId.Value, told.KillTask.Draining, told.KillTask.KillPolicy.GracePeriod.Nanoseconds))
            .ShouldBe([("patient", true, 10_000_000_000), ("quick", true, 1)]);
        View(agent).ShouldBe((false, true, DrainState.Draining));
        pool.Do(new PoolCommand.ReactivateAgent(agent, Caller.Platform)).ShouldBeOfType<PoolOutcome.Refused>().Kind.ShouldBe(RefusalKind.Invalid);
        EndAndAcknowledge(framework, agent, "patient");
        View(agent).ShouldBe((false, true, DrainState.Draining));
        EndAndAcknowledge(framework, agent, "quick");
        View(agent).ShouldBe((false, true, DrainState.Drained));
        pool.Do(new PoolCommand.ReactivateAgent(agent, Caller.Platform)).ShouldBe(PoolOutcome.Ok);
        pool.OffersTo("f").ShouldHaveSingleItem();
    }

    [Fact]
    public void An_executor_without_tasks_is_ended_too_also_when_its_agent_comes_back()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");
        pool.Accept(framework, pool.OffersTo("f"), Under("idle", "1", agent), Under("busy", "2", agent));
        EndAndAcknowledge(framework, agent, "1");

        pool.Do(Drain(agent, seconds: 10));

        pool.ToldToAgent("a").Where(told => told.ShutdownExecutor is not null).ShouldHaveSingleItem().ShutdownExecutor.ExecutorId.Value.ShouldBe("idle");
        var register = new DataPlatform.Core.Protocol.Link.AgentCall.Types.Register { AgentInfo = pool.State.Agents[agent].Info, Version = "1" };
        register.Executors.AddRange(pool.State.Agents[agent].ExecutorsInOrder.Select(executor => executor.Info));
        register.Tasks.Add(pool.State.Frameworks[framework].Tasks["2"].Record);
        pool.Do(new PoolCommand.RegisterAgent(register, new AgentID { Value = agent }, "again", pool.Caller));
        pool.ToldToAgent("again").Where(told => told.ShutdownExecutor is not null).ShouldHaveSingleItem().ShutdownExecutor.ExecutorId.Value.ShouldBe("idle");
        pool.ToldToAgent("again").Where(told => told.KillTask is not null).ShouldHaveSingleItem().KillTask.TaskId.Value.ShouldBe("2");
    }

    private static TaskInfo Under(string executor, string id, string agent)
    {
        var task = PoolUnderTest.Task(id, agent);
        task.Command = null;
        task.Executor = new ExecutorInfo { ExecutorId = new ExecutorID { Value = executor }, Command = new CommandInfo { Value = "run" } };
        return task;
    }

    [Fact]
    public void An_agent_that_is_to_go_for_good_goes_once_it_is_drained()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");
        pool.Accept(framework, pool.OffersTo("f"), PoolUnderTest.Task("1", agent));
        pool.Do(Drain(agent, seconds: 10, markGone: true));
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.State.Agents.Keys.ShouldBe([agent]);

        EndAndAcknowledge(framework, agent, "1");
        pool.Pass(TimeSpan.FromSeconds(1));

        pool.State.RemovedAgents[agent].ShouldBeTrue();
        pool.ToldToAgent("a").Last().Shutdown.ShouldNotBeNull();
        pool.State.Deactivations.ShouldBeEmpty();
    }

    [Fact]
    public void An_agent_that_comes_back_while_it_drains_is_told_again_and_gets_nothing_new()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");
        pool.Accept(framework, pool.OffersTo("f"), PoolUnderTest.Task("1", agent));
        pool.Do(Drain(agent, seconds: 10));
        var record = pool.State.Frameworks[framework].Tasks["1"].Record.Clone();
        pool.Do(new PoolCommand.AgentStreamClosed("a"));

        pool.Register("again", id: agent, tasks: record);

        pool.ToldToAgent("again").Where(told => told.KillTask is not null).ShouldHaveSingleItem().KillTask.Draining.ShouldBeTrue();
        pool.Pass(TimeSpan.FromMinutes(1));
        pool.OffersTo("f").ShouldBeEmpty();
    }

    [Fact]
    public void The_next_master_remembers_who_is_deactivated_and_who_drains()
    {
        var off = pool.Register("a");
        var draining = pool.Register("b");
        pool.Do(new PoolCommand.DeactivateAgent(off, Caller.Platform));
        pool.Do(Drain(draining, seconds: 3, markGone: true));

        var (_, again) = pool.NextMasters();

        again.Deactivations[off].Drain.ShouldBeNull();
        again.Deactivations[draining].Drain!.MarkGone.ShouldBeTrue();
    }

    [Theory]
    [InlineData("elsewhere")]
    [InlineData("")]
    public void An_agent_that_is_not_here_can_not_be_drained(string id) =>
        pool.Do(Drain(id, seconds: 1)).ShouldBeOfType<PoolOutcome.Refused>().Kind.ShouldBe(RefusalKind.Invalid);

    private (bool Active, bool Deactivated, DrainState? Drain) View(string agent)
    {
        var view = OperatorViews.Agents(pool.State).Agents.Single(each => each.AgentInfo.Id.Value == agent);
        return (view.Active, view.Deactivated, view.DrainInfo?.State);
    }

    private void EndAndAcknowledge(string framework, string agent, string task)
    {
        pool.Update("a", framework, task, TaskState.TaskKilled);
        pool.Call(framework, call => (call.Type, call.Acknowledge) = (SchedulerCall.Types.Type.Acknowledge,
            new() { AgentId = new AgentID { Value = agent }, TaskId = new TaskID { Value = task }, Uuid = PoolUnderTest.Uuid(1) }));
    }

    private static PoolCommand.DrainAgent Drain(string agent, int seconds, bool markGone = false) => new(
        agent, new DrainConfig { MaxGracePeriod = new DurationInfo { Nanoseconds = seconds * 1_000_000_000L }, MarkGone = markGone }, Caller.Platform);
}
