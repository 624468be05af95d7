using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Core.Tests.Pool.Maintenance;

public sealed class TakingDownTests
{
    private readonly PoolUnderTest pool = new();

    [Theory]
    [InlineData(true, TaskState.TaskGone)]
    [InlineData(false, TaskState.TaskLost)]
    public void Agents_of_a_machine_that_goes_down_are_removed_and_their_tasks_with_them(bool partitionAware, TaskState end)
    {
        var agent = pool.Register("a");
        var other = pool.Register("b");
        var framework = pool.Subscribe("f", partitionAware: partitionAware);
        pool.Accept(framework, pool.OffersTo("f").Where(offer => offer.AgentId.Value == agent), PoolUnderTest.Task("1", agent));
        pool.Schedule(Windows.Of(5, "a"));

        pool.Start("a").ShouldBe(PoolOutcome.Ok);

        pool.State.Agents.Keys.ShouldBe([other]);
        pool.ToldToAgent("a").Last().Shutdown.Message.ShouldContain("took this agent's machine down");
        var status = pool.StatusesTo("f").Last();
        (status.TaskId.Value, status.State, status.Reason).ShouldBe(("1", end, Reason.AgentRemoved));
        pool.ToldTo("f").ShouldContain(told => told.Failure != null && told.Failure.AgentId.Value == agent);
        pool.Status().DownMachines.ShouldBe([Windows.MachineOf("a")]);
        pool.Status().DrainingMachines.ShouldBeEmpty();
        PoolMetrics.Of(pool.State).ToDictionary(metric => metric.Name, metric => metric.Value)["master/slave_removals/reason_unregistered"].ShouldBe(1);
    }

    [Fact]
    public void An_agent_of_a_machine_that_is_down_is_told_to_shut_down_until_the_machine_is_up()
    {
        pool.Schedule(Windows.Of(5, "a", "b"));
        pool.Start("a");

        RegisterInVain("a");
        pool.Stop("a").ShouldBe(PoolOutcome.Ok);

        pool.Register("a").ShouldNotBeNull();
        pool.Scheduled().Windows.ShouldBe([Windows.Of(5, "b")]);
        pool.Status().DrainingMachines.Select(machine => machine.Id).ShouldBe([Windows.MachineOf("b")]);
        pool.Status().DownMachines.ShouldBeEmpty();
    }

    [Fact]
    public void A_machine_that_is_known_by_its_address_alone_goes_down_too()
    {
        pool.Register("a");
        pool.Schedule(Windows.Of(5, "@127.0.0.1"));

        pool.Start("@127.0.0.1").ShouldBe(PoolOutcome.Ok);

        pool.State.Agents.ShouldBeEmpty();
        RegisterInVain("a");
    }

    [Fact]
    public void The_last_machine_of_a_window_takes_the_window_with_it()
    {
        pool.Schedule(Windows.Of(5, "a"));
        pool.Start("a");
        pool.Stop("a");

        pool.Scheduled().Windows.ShouldBeEmpty();
        var (_, again) = pool.NextMasters();
        again.Plan.IsEmpty.ShouldBeTrue();
        again.DownMachines.ShouldBeEmpty();
    }

    [Fact]
    public void A_machine_that_is_down_can_not_leave_the_schedule_but_its_window_may_move()
    {
        pool.Schedule(Windows.Of(5, "a", "b"));
        pool.Start("a");

        pool.Schedule(Windows.Of(5, "b")).ShouldBeRefused().ShouldContain("'a' is down");

        pool.Schedule(Windows.Of(6, "a")).ShouldBe(PoolOutcome.Ok);
        pool.Status().DownMachines.ShouldBe([Windows.MachineOf("a")]);
    }

    [Fact]
    public void What_can_not_go_down_or_come_up_is_named_and_nothing_else_does_either()
    {
        pool.Register("a");
        pool.Schedule(Windows.Of(5, "a", "b@10.0.0.1"));

        pool.Start().ShouldBeRefused().ShouldContain("machines is empty");
        pool.Start("a", "A").ShouldBeRefused().ShouldContain("named twice");
        pool.Start("a", "c").ShouldBeRefused().ShouldContain("'c' is not part of the maintenance schedule");
        pool.Start("a", "b").ShouldBeRefused().ShouldContain("'b' is not part of the maintenance schedule");
        pool.Stop("a").ShouldBeRefused().ShouldContain("'a' is not down");
        pool.State.DownMachines.ShouldBeEmpty();
        pool.State.Agents.Count.ShouldBe(1);

        pool.Start("a").ShouldBe(PoolOutcome.Ok);
        pool.Start("a").ShouldBeRefused().ShouldContain("'a' is down already");
        pool.Stop("a", "b@10.0.0.1").ShouldBeRefused().ShouldContain("is not down");
        pool.Stop("c").ShouldBeRefused().ShouldContain("is not part of the maintenance schedule");
        pool.State.DownMachines.Count.ShouldBe(1);
    }

    private void RegisterInVain(string stream)
    {
        pool.Effects.Clear();
        var register = new AgentCall.Types.Register { AgentInfo = new AgentInfo { Hostname = stream, Port = 5051 }, Version = "1" };
        pool.Do(new PoolCommand.RegisterAgent(register, AgentId: null, stream, pool.Caller));
        pool.ToldToAgent(stream).ShouldHaveSingleItem().Shutdown.Message.ShouldContain("down for maintenance");
        pool.Effects.Last().ShouldBe(new PoolEffect.CloseAgentStream(stream));
        pool.Effects.Clear();
    }
}
