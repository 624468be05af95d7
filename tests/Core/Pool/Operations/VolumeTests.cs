using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Capability = DataPlatform.Core.Protocol.Mesos.FrameworkInfo.Types.Capability.Types.Type;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Core.Tests.Pool.Operations;

public sealed class VolumeTests
{
    private readonly PoolUnderTest pool = new();

    [Fact]
    public void A_volume_grows_shrinks_and_is_destroyed_with_its_parts_always_equal_to_the_total()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        var grow = new Offer.Types.Operation { Type = OperationType.GrowVolume, GrowVolume = new() { Volume = Ask.Volume("v", 10).ToMessages().Single(), Addition = Ask.Reserved("disk:5").ToMessages().Single() } };
        var shrink = new Offer.Types.Operation { Type = OperationType.ShrinkVolume, ShrinkVolume = new() { Volume = Ask.Volume("v", 15).ToMessages().Single(), Subtract = new() { Value = 8 } } };

        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:20")), Ask.Create(Ask.Volume("v", 10)), grow);
        pool.State.ConvertedOn(agent).ShouldBe(Ask.Volume("v", 15).Add(Ask.Reserved("disk:5")));
        pool.Operate(framework, pool.OffersTo("f"), shrink);
        pool.State.ConvertedOn(agent).ShouldBe(Ask.Volume("v", 7).Add(Ask.Reserved("disk:13")));
        pool.Operate(framework, pool.OffersTo("f"), Ask.Destroy(Ask.Volume("v", 7)), Ask.Unreserve(Ask.Reserved("disk:20")));

        pool.State.ConvertedOn(agent).IsEmpty.ShouldBeTrue();
        pool.State.Agents[agent].Total.ShouldBe(ResourceText.Parse("cpus:4;disk:1000"));
        pool.ToldTo("f").ShouldAllBe(told => told.UpdateOperationStatus == null);
    }

    /// <summary>Found by the simulation: a framework that took its volume for smaller than it was destroyed a part of it.</summary>
    [Fact]
    public void A_part_of_a_volume_is_neither_destroyed_nor_resized_nor_used()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10")), Ask.Create(Ask.Volume("v", 10)));

        pool.Operate(framework, pool.OffersTo("f"), Ask.Destroy(Ask.Volume("v", 6)));
        pool.Operate(framework, pool.OffersTo("f"), Ask.Shrink(Ask.Volume("v", 6), 2));
        pool.Operate(framework, pool.OffersTo("f"), Ask.Launch(Ask.Task("1", agent, ResourceText.Parse("cpus:1").Add(Ask.Volume("v", 6)))));
        pool.Do(new PoolCommand.Operate(agent, Ask.Destroy(Ask.Volume("v", 6)), pool.Caller)).ShouldBeOfType<PoolOutcome.Refused>().Kind.ShouldBe(RefusalKind.Conflict);

        pool.State.ConvertedOn(agent).ShouldBe(Ask.Volume("v", 10));
        pool.State.Frameworks[framework].Tasks.ShouldBeEmpty();
        pool.OperationStatusesTo("f").Count(status => status.State == OperationState.OperationError).ShouldBe(2);
    }

    [Fact]
    public void A_shared_volume_is_used_by_several_tasks_and_not_destroyed_while_one_does()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = Sharing("f");
        var volume = Ask.Volume("v", 10, shared: true);

        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10")), Ask.Create(volume),
            Ask.Launch(Ask.Task("1", agent, ResourceText.Parse("cpus:1").Add(volume)), Ask.Task("2", agent, ResourceText.Parse("cpus:1").Add(volume))),
            Ask.Destroy(volume));
        pool.State.Frameworks[framework].Tasks.Keys.Order().ShouldBe(["1", "2"]);
        Refusals().ShouldHaveSingleItem().ShouldContain("in use");

        pool.Operate(framework, pool.OffersTo("f"), Ask.Launch(Ask.Task("3", agent, ResourceText.Parse("cpus:1").Add(volume))));
        pool.State.Frameworks[framework].Tasks.Keys.Order().ShouldBe(["1", "2", "3"]);
        pool.Operate(framework, pool.OffersTo("f"), Ask.Destroy(volume));
        Refusals().Count().ShouldBe(2);
        foreach (var task in new[] { "1", "2", "3" })
            pool.Update("a", framework, task, TaskState.TaskFinished);
        pool.Operate(framework, pool.OffersTo("f"), Ask.Destroy(volume));
        pool.State.ConvertedOn(agent).ShouldBe(Ask.Reserved("disk:10"));
    }

    /// <summary>Found by the simulation: what came next to the other offer ended the master.</summary>
    [Fact]
    public void A_shared_volume_that_is_destroyed_is_in_no_offer_any_more()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = Sharing("f");
        var volume = Ask.Volume("v", 10, shared: true);
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10")), Ask.Create(volume), Ask.Launch(PoolUnderTest.Task("1", agent, "cpus:1")));
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.Update("a", framework, "1", TaskState.TaskFinished);
        var offers = pool.OffersTo("f").Where(offer => offer.Resources.Any(resource => resource.Shared is not null)).ToList();
        offers.Count.ShouldBe(2);

        pool.Operate(framework, [offers[1]], Ask.Destroy(volume));
        pool.Operate(framework, [offers[0]], Ask.Destroy(volume, "late"));

        pool.ToldTo("f").Where(told => told.Rescind is not null).ShouldHaveSingleItem().Rescind.OfferId.ShouldBe(offers[0].Id);
        pool.OperationStatusesTo("f").ShouldHaveSingleItem().State.ShouldBe(OperationState.OperationError);
        pool.State.ConvertedOn(agent).ShouldBe(Ask.Reserved("disk:10"));
    }

    [Fact]
    public void A_shared_volume_that_could_not_be_made_is_turned_back_when_no_task_uses_it()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = Sharing("f");
        var volume = Ask.Volume("v", 10, shared: true);
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10")), Ask.Create(volume),
            Ask.Launch(Ask.Task("1", agent, ResourceText.Parse("cpus:1").Add(volume))));
        pool.Answer("a", pool.OperationsAskedOf("a").First().Uuid, OperationState.OperationFinished);

        pool.Answer("a", pool.OperationsAskedOf("a").Last().Uuid, OperationState.OperationFailed);
        pool.State.ConvertedOn(agent).ShouldBe(volume);
        pool.Update("a", framework, "1", TaskState.TaskFailed);
        pool.Pass(TimeSpan.FromSeconds(1));

        pool.State.ConvertedOn(agent).ShouldBe(Ask.Reserved("disk:10"));
        pool.OffersTo("f").ShouldAllBe(offer => offer.Resources.All(resource => resource.Shared == null));
    }

    [Fact]
    public void An_operator_reserves_what_is_offered_but_not_what_is_in_use()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        pool.Accept(framework, pool.OffersTo("f"), PoolUnderTest.Task("1", agent, "cpus:3"));
        pool.OffersTo("f").ShouldHaveSingleItem();

        pool.Do(new PoolCommand.Operate(agent, Ask.Reserve(Ask.Reserved("cpus:2", "ops")), pool.Caller))
            .ShouldBeOfType<PoolOutcome.Refused>().Kind.ShouldBe(RefusalKind.Conflict);
        pool.OffersTo("f").ShouldHaveSingleItem();
        pool.Do(new PoolCommand.Operate(agent, Ask.Reserve(Ask.Reserved("cpus:0.5", "ops")), pool.Caller)).ShouldBe(PoolOutcome.Taken);

        pool.ToldTo("f").Count(told => told.Rescind is not null).ShouldBe(1);
        pool.OffersTo("f").ShouldHaveSingleItem().Resources.ToBag().Unallocated().ShouldBe(ResourceText.Parse("cpus:0.5;disk:1000"));
    }

    [Fact]
    public void An_operator_releases_what_is_reserved_on_an_agent_that_is_away()
    {
        var agent = pool.Register("a", "cpus:4;disk:1000");
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:10")), Ask.Create(Ask.Volume("v", 10)));
        pool.Do(new PoolCommand.AgentStreamClosed("a"));
        for (var misses = 0; misses < 7; misses++)
            pool.Pass(TimeSpan.FromSeconds(15));
        pool.State.UnreachableAgents.Keys.ShouldBe([agent]);
        pool.State.ConvertedOn(agent).ShouldBe(Ask.Volume("v", 10));

        pool.Do(new PoolCommand.Operate(agent, Ask.Destroy(Ask.Volume("v", 10)), pool.Caller)).ShouldBe(PoolOutcome.Taken);
        pool.Do(new PoolCommand.Operate(agent, Ask.Unreserve(Ask.Reserved("disk:10")), pool.Caller)).ShouldBe(PoolOutcome.Taken);
        pool.Register("back", "cpus:4;disk:1000", agent, converted: Ask.Volume("v", 10));

        pool.State.Agents[agent].Total.ShouldBe(ResourceText.Parse("cpus:4;disk:1000"));
        pool.ToldToAgent("back").First().Registered.ConvertedResources.ShouldBeEmpty();
    }

    private IEnumerable<string> Refusals() => pool.ToldTo("f").Where(told => told.UpdateOperationStatus is not null)
        .Select(told => told.UpdateOperationStatus.Status.Message);

    private string Sharing(string stream)
    {
        var framework = pool.Subscribe(stream);
        var info = pool.State.Frameworks[framework].Info.Clone();
        info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = Capability.SharedResources });
        pool.Call(framework, call => (call.Type, call.UpdateFramework) = (SchedulerCall.Types.Type.UpdateFramework, new() { FrameworkInfo = info }));
        return framework;
    }
}
