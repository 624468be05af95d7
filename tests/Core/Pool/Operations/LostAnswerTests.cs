using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Pool.Operations;

/// <summary>Found by the simulation: what becomes of operations whose agents fail, or whose answers do not come through.</summary>
public sealed class LostAnswerTests
{
    private readonly PoolUnderTest pool = new();

    private IEnumerable<AgentEvent.Types.ApplyOperation> Asked => pool.OperationsAskedOf("a");

    private IEnumerable<OperationStatus> Told => pool.OperationStatusesTo("f");

    [Fact]
    public void An_agent_whose_answer_was_lost_is_asked_again_with_its_next_ping_in_the_order_of_the_decisions()
    {
        pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.Operate(framework, pool.OffersTo("f"), [.. Enumerable.Range(1, 8).Select(each => Ask.Reserve(Ask.Reserved($"disk:{each}"), $"{each}"))]);
        var uuids = Asked.Select(asked => asked.Uuid).ToList();
        pool.Pass(pool.State.Settings.AgentPingTimeout - TimeSpan.FromSeconds(1));
        Asked.Count().ShouldBe(8);

        pool.Pass(TimeSpan.FromSeconds(1));

        Asked.Skip(8).Select(asked => asked.Uuid).ShouldBe(uuids);
        foreach (var uuid in uuids)
            pool.Answer("a", uuid, OperationState.OperationFinished);
        Told.Select(status => status.OperationId.Value).ShouldBe(Enumerable.Range(1, 8).Select(each => $"{each}"));
        pool.Pass(pool.State.Settings.AgentPingTimeout);
        Asked.Count().ShouldBe(16);
    }

    [Fact]
    public void What_an_agent_is_asked_again_is_its_own_and_nothing_that_is_over()
    {
        var (first, second) = (pool.Register("a", "cpus:4;disk:1000"), pool.Register("b", "cpus:4;disk:1000"));
        var framework = pool.Subscribe("f");
        foreach (var agent in new[] { first, second })
            pool.Operate(framework, pool.OffersTo("f").Where(offer => offer.AgentId.Value == agent), Ask.Reserve(Ask.Reserved("disk:1")), Ask.Reserve(Ask.Reserved("disk:2")));
        pool.Answer("a", Asked.First().Uuid, OperationState.OperationFinished);

        pool.State.OperationsOn(first).Select(operation => operation.Uuid).ShouldBe([Asked.Last().Uuid]);
        pool.State.OperationsOn(second).Select(operation => operation.Uuid).ShouldBe(pool.OperationsAskedOf("b").Select(asked => asked.Uuid));
        pool.Pass(pool.State.Settings.AgentPingTimeout);
        Asked.Skip(2).ShouldHaveSingleItem().Uuid.ShouldBe(Asked.ElementAt(1).Uuid);

        pool.Do(new PoolCommand.MarkAgentGone(second, pool.Caller));
        pool.State.OperationsOn(second).ShouldBeEmpty();
        pool.State.Operations.Keys.ShouldBe(pool.State.OperationsOn(first).Select(operation => operation.Uuid));
    }

    [Fact]
    public void A_volume_is_not_made_anew_before_the_agent_has_destroyed_the_one_of_that_name()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10")), Ask.Create(Ask.Volume("v", 10)));

        pool.Operate(framework, pool.OffersTo("f"), Ask.Destroy(Ask.Volume("v", 10)), Ask.Create(Ask.Volume("v", 10), "again"));

        // Both may be lost on the way: an agent that is then asked to destroy what is to be there would keep what the first one held.
        Told.ShouldHaveSingleItem().State.ShouldBe(OperationState.OperationError);
        Told.Single().Message.ShouldContain("is being destroyed");
        pool.Do(new PoolCommand.Operate(agent, Ask.Create(Ask.Volume("v", 10)), pool.Caller)).ShouldBeOfType<PoolOutcome.Refused>().Kind.ShouldBe(RefusalKind.Conflict);
        foreach (var asked in Asked.ToList())
            pool.Answer("a", asked.Uuid, OperationState.OperationFinished);
        pool.Operate(framework, pool.OffersTo("f"), Ask.Create(Ask.Volume("v", 10), "once more"));
        pool.State.ConvertedOn(agent).ShouldBe(Ask.Volume("v", 10));
    }

    [Fact]
    public void What_failed_and_was_given_back_meanwhile_takes_nothing_from_what_is_reserved_later()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10"), "failing"), Ask.Create(Ask.Volume("v", 10)));
        pool.Answer("a", Asked.First().Uuid, OperationState.OperationFailed);
        pool.Answer("a", Asked.Last().Uuid, OperationState.OperationFinished);
        pool.Operate(framework, pool.OffersTo("f"), Ask.Destroy(Ask.Volume("v", 10)), Ask.Unreserve(Ask.Reserved("disk:10")));

        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10")));
        pool.Pass(TimeSpan.FromSeconds(1));

        pool.State.ConvertedOn(agent).ShouldBe(Ask.Reserved("disk:10"));
        foreach (var asked in Asked.Skip(2).ToList())
            pool.Answer("a", asked.Uuid, OperationState.OperationFinished);
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.State.ConvertedOn(agent).ShouldBe(Ask.Reserved("disk:10"));
        pool.State.Operations.Values.ShouldAllBe(operation => operation.Info.Id != null);
    }

    [Fact]
    public void What_failed_and_was_given_back_by_what_followed_is_over_when_that_is_done()
    {
        var (agent, _) = WithVolumeGivenBack();
        var (destroy, unreserve) = (Asked.ElementAt(2).Uuid, Asked.ElementAt(3).Uuid);
        pool.Answer("a", destroy, OperationState.OperationFailed);
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.State.Operations.Keys.ShouldBe([destroy, unreserve], ignoreOrder: true);

        pool.Answer("a", unreserve, OperationState.OperationFinished);

        pool.State.Operations.ShouldBeEmpty();
        pool.State.ConvertedOn(agent).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void What_failed_is_over_at_once_when_what_followed_and_gave_it_back_was_told_first()
    {
        var (agent, framework) = WithVolumeGivenBack();
        pool.Answer("a", Asked.ElementAt(3).Uuid, OperationState.OperationFinished);
        pool.Answer("a", Asked.ElementAt(2).Uuid, OperationState.OperationFailed);

        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10")));
        pool.Pass(TimeSpan.FromSeconds(1));

        pool.State.ConvertedOn(agent).ShouldBe(Ask.Reserved("disk:10"));
    }

    [Fact]
    public void What_was_given_back_before_it_failed_takes_nothing_from_what_is_reserved_anew()
    {
        var (agent, framework) = WithVolumeGivenBack();
        var (destroy, unreserve) = (Asked.ElementAt(2).Uuid, Asked.ElementAt(3).Uuid);
        pool.Answer("a", unreserve, OperationState.OperationFinished);
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10"), "anew"));

        pool.Answer("a", destroy, OperationState.OperationFailed);
        pool.Pass(TimeSpan.FromSeconds(1));

        pool.State.ConvertedOn(agent).ShouldBe(Ask.Reserved("disk:10"));
        pool.State.OperationsOn(agent).ShouldHaveSingleItem().Info.Id.Value.ShouldBe("anew");
    }

    [Fact]
    public void What_failed_is_turned_back_though_others_ask_for_something_else_meanwhile()
    {
        var agent = pool.Register("a", "cpus:4;disk:10");
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10")), Ask.Create(Ask.Volume("v", 10)));
        pool.Operate(framework, pool.OffersTo("f"), Ask.Destroy(Ask.Volume("v", 10)), Ask.Unreserve(Ask.Reserved("disk:10")),
            Ask.Launch(PoolUnderTest.Task("1", agent, "cpus:1;disk:10")));
        foreach (var asked in Asked.ToList())
            pool.Answer("a", asked.Uuid, asked.Info.Type is Offer.Types.Operation.Types.Type.Destroy or Offer.Types.Operation.Types.Type.Unreserve ? OperationState.OperationFailed : OperationState.OperationFinished);

        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("cpus:1")));
        pool.Update("a", framework, "1", TaskState.TaskFinished);
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.Pass(TimeSpan.FromSeconds(1));

        pool.State.ConvertedOn(agent).ShouldBe(Ask.Reserved("cpus:1").Add(Ask.Volume("v", 10)));
    }

    [Fact]
    public void What_failed_stays_while_a_volume_that_was_made_of_it_may_come_back()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10"), "failing"), Ask.Create(Ask.Volume("v", 10)));
        pool.Answer("a", Asked.First().Uuid, OperationState.OperationFailed);
        pool.Answer("a", Asked.Last().Uuid, OperationState.OperationFinished);
        pool.Operate(framework, pool.OffersTo("f"), Ask.Destroy(Ask.Volume("v", 10), "in vain"));

        pool.Pass(TimeSpan.FromSeconds(1));
        pool.Answer("a", Asked.Last().Uuid, OperationState.OperationFailed);

        Told.Last().State.ShouldBe(OperationState.OperationFailed);
        pool.State.ConvertedOn(agent).ShouldBe(Ask.Volume("v", 10));
        pool.Operate(framework, pool.OffersTo("f"), Ask.Destroy(Ask.Volume("v", 10)));
        pool.Answer("a", Asked.Last().Uuid, OperationState.OperationFinished);
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.State.ConvertedOn(agent).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_size_that_failed_and_was_changed_again_takes_nothing_from_that_size_later()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10")), Ask.Create(Ask.Volume("v", 10)));
        foreach (var asked in Asked.ToList())
            pool.Answer("a", asked.Uuid, OperationState.OperationFinished);
        pool.Operate(framework, pool.OffersTo("f"), Ask.Shrink(Ask.Volume("v", 10), 4), Ask.Grow(Ask.Volume("v", 6), Ask.Reserved("disk:4")));
        pool.Answer("a", Asked.ElementAt(2).Uuid, OperationState.OperationFailed);
        pool.Answer("a", Asked.ElementAt(3).Uuid, OperationState.OperationFinished);

        pool.Operate(framework, pool.OffersTo("f"), Ask.Shrink(Ask.Volume("v", 10), 4, "again"));
        pool.Answer("a", Asked.Last().Uuid, OperationState.OperationFinished);
        pool.Pass(TimeSpan.FromSeconds(1));

        Told.Last().State.ShouldBe(OperationState.OperationFinished);
        pool.State.ConvertedOn(agent).ShouldBe(Ask.Volume("v", 6).Add(Ask.Reserved("disk:4")));
    }

    [Fact]
    public void Sizes_of_which_all_but_the_last_failed_leave_the_last_one()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10")), Ask.Create(Ask.Volume("v", 10)));
        foreach (var asked in Asked.ToList())
            pool.Answer("a", asked.Uuid, OperationState.OperationFinished);
        pool.Operate(framework, pool.OffersTo("f"), Ask.Shrink(Ask.Volume("v", 10), 4), Ask.Grow(Ask.Volume("v", 6), Ask.Reserved("disk:4")), Ask.Shrink(Ask.Volume("v", 10), 4));
        foreach (var (asked, state) in Asked.Skip(2).ToList().Zip([OperationState.OperationFailed, OperationState.OperationFailed, OperationState.OperationFinished]))
            pool.Answer("a", asked.Uuid, state);

        pool.Pass(TimeSpan.FromSeconds(1));

        pool.State.ConvertedOn(agent).ShouldBe(Ask.Volume("v", 6).Add(Ask.Reserved("disk:4")));
        pool.State.Operations.ShouldBeEmpty();
    }

    [Fact]
    public void Several_that_failed_on_an_agent_are_all_turned_back()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:30")), Ask.Create(Ask.Volume("v", 10)), Ask.Create(Ask.Volume("w", 20)),
            Ask.Launch(Ask.Task("1", agent, ResourceText.Parse("cpus:1").Add(Ask.Volume("v", 10)))), Ask.Launch(Ask.Task("2", agent, ResourceText.Parse("cpus:1").Add(Ask.Volume("w", 20)))));
        foreach (var asked in Asked.Skip(1).ToList())
            pool.Answer("a", asked.Uuid, OperationState.OperationFailed);
        pool.Update("a", framework, "1", TaskState.TaskFailed);
        pool.Update("a", framework, "2", TaskState.TaskFailed);

        pool.Pass(TimeSpan.FromSeconds(1));
        pool.Pass(TimeSpan.FromSeconds(1));

        pool.State.ConvertedOn(agent).ShouldBe(Ask.Reserved("disk:30"));
    }

    [Fact]
    public void What_a_framework_that_is_no_more_asked_for_is_nothing_that_the_next_master_tells_for_ever()
    {
        pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10"), "failing"), Ask.Reserve(Ask.Reserved("disk:20"), "done"), Ask.Reserve(Ask.Reserved("disk:30"), "unacknowledged"));
        pool.Answer("a", Asked.Last().Uuid, OperationState.OperationFinished);
        pool.Do(new PoolCommand.TearDown(framework, pool.Caller));
        pool.Answer("a", Asked.First().Uuid, OperationState.OperationFailed);
        pool.Answer("a", Asked.ElementAt(1).Uuid, OperationState.OperationFinished);

        pool.State.Operations.ShouldBeEmpty();
        var (next, afterNext) = pool.NextMasters();
        next.Operations.ShouldBeEmpty();
        afterNext.Operations.ShouldBeEmpty();
    }

    /// <summary>Its third and fourth operations, DESTROY and UNRESERVE, are decided and not answered.</summary>
    private (string Agent, string Framework) WithVolumeGivenBack()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10")), Ask.Create(Ask.Volume("v", 10)));
        foreach (var asked in Asked.ToList())
            pool.Answer("a", asked.Uuid, OperationState.OperationFinished);
        pool.Operate(framework, pool.OffersTo("f"), Ask.Destroy(Ask.Volume("v", 10)), Ask.Unreserve(Ask.Reserved("disk:10")));
        return (agent, framework);
    }
}
