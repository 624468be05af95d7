using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Pool.Operations;

public sealed class OperatingTests
{
    private const string Agent = "cpus:4;mem:1024;disk:1000";

    private readonly PoolUnderTest pool = new();

    private IEnumerable<AgentEvent.Types.ApplyOperation> Asked => pool.OperationsAskedOf("a");

    private IEnumerable<OperationStatus> Told => pool.OperationStatusesTo("f");

    [Fact]
    public void Operations_of_one_call_build_on_each_other_and_a_task_uses_what_they_made()
    {
        var agent = pool.Register("a", Agent);
        var framework = pool.Subscribe("f");

        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:64;cpus:1")), Ask.Create(Ask.Volume("v", 64)),
            Ask.Launch(Ask.Task("1", agent, Ask.Reserved("cpus:1").Add(Ask.Volume("v", 64)))));

        Told.ShouldBeEmpty();
        pool.State.Agents[agent].Total.ShouldBe(ResourceText.Parse("cpus:3;mem:1024;disk:936").Add(Ask.Reserved("cpus:1")).Add(Ask.Volume("v", 64)));
        pool.State.Frameworks[framework].Tasks.Keys.ShouldBe(["1"]);
        Asked.Select(asked => asked.Info.Type.ToString()).ShouldBe(["Reserve", "Create"]);
        Asked.Last().ConvertedResources.ToBag().ShouldBe(Ask.Reserved("cpus:1").Add(Ask.Volume("v", 64)));
        pool.OffersTo("f").ShouldHaveSingleItem().Resources.ToBag().Unallocated().ShouldBe(ResourceText.Parse("cpus:3;mem:1024;disk:936"));
    }

    [Fact]
    public void What_is_reserved_is_offered_to_its_role_and_below_alone()
    {
        pool.Register("a", Agent);
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("cpus:4;mem:1024;disk:1000")));
        pool.Call(framework, call => call.Type = SchedulerCall.Types.Type.Suppress);
        foreach (var offer in pool.OffersTo("f"))
            pool.Call(framework, call => (call.Type, call.Decline) = (SchedulerCall.Types.Type.Decline, new() { OfferIds = { offer.Id } }));

        pool.Subscribe("stranger", roles: "other");
        pool.Subscribe("child", roles: "role/child");
        pool.Pass(TimeSpan.FromSeconds(10));

        pool.OffersTo("stranger").ShouldBeEmpty();
        pool.OffersTo("child").ShouldHaveSingleItem();
    }

    [Fact]
    public void Feedback_is_given_again_until_it_is_acknowledged()
    {
        pool.Register("a", Agent);
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:64"), "op"));
        Told.ShouldBeEmpty();

        pool.Answer("a", Asked.Single().Uuid, OperationState.OperationFinished);
        Told.Count().ShouldBe(1);
        pool.Pass(TimeSpan.FromSeconds(9));
        Told.Count().ShouldBe(1);
        pool.Pass(TimeSpan.FromSeconds(1));
        Told.Count().ShouldBe(2);
        pool.Pass(TimeSpan.FromSeconds(19));
        Told.Count().ShouldBe(2);
        pool.Pass(TimeSpan.FromSeconds(1));
        Told.Count().ShouldBe(3);

        var status = Told.Last();
        (status.OperationId.Value, status.State, status.AgentId.Value).ShouldBe(("op", OperationState.OperationFinished, "M-S0"));
        Acknowledge(framework, "op", status.Uuid.Value);
        pool.Pass(TimeSpan.FromHours(1));
        Told.Count().ShouldBe(3);
        pool.State.Operations.ShouldBeEmpty();
    }

    [Fact]
    public void An_operation_without_an_id_is_forgotten_when_it_is_done()
    {
        pool.Register("a", Agent);
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:64")));

        pool.Answer("a", Asked.Single().Uuid, OperationState.OperationFinished);

        Told.ShouldBeEmpty();
        pool.State.Operations.ShouldBeEmpty();
    }

    [Fact]
    public void What_the_agent_could_not_make_is_again_what_it_was()
    {
        var agent = pool.Register("a", Agent);
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:64")), Ask.Create(Ask.Volume("v", 64), "op"));

        pool.Answer("a", Asked.Last().Uuid, OperationState.OperationFailed, "no space left");

        var status = Told.ShouldHaveSingleItem();
        (status.State, status.Message).ShouldBe((OperationState.OperationFailed, "no space left"));
        pool.State.ConvertedOn(agent).ShouldBe(Ask.Reserved("disk:64"));
        pool.OffersTo("f").ShouldHaveSingleItem().Resources.ToBag().Unallocated().ShouldBe(pool.State.Agents[agent].Total);
    }

    [Fact]
    public void What_the_agent_could_not_make_but_a_task_holds_is_turned_back_when_the_task_is_over()
    {
        var agent = pool.Register("a", Agent);
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:64")), Ask.Create(Ask.Volume("v", 64), "op"),
            Ask.Launch(Ask.Task("1", agent, ResourceText.Parse("cpus:1").Add(Ask.Volume("v", 64)))));

        pool.Answer("a", Asked.Last().Uuid, OperationState.OperationFailed, "no space left");
        Acknowledge(framework, "op", Told.Single().Uuid.Value);
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.State.ConvertedOn(agent).ShouldBe(Ask.Volume("v", 64));
        var nextMaster = pool.Shorten();
        pool.Update("a", framework, "1", TaskState.TaskFailed);
        pool.Pass(TimeSpan.FromSeconds(1));

        pool.State.ConvertedOn(agent).ShouldBe(Ask.Reserved("disk:64"));
        pool.State.Operations.Values.ShouldNotContain(operation => operation.Info.Id != null);
        nextMaster().Operations.Keys.ShouldBe(pool.State.Operations.Keys, ignoreOrder: true);
    }

    [Fact]
    public void An_agent_that_comes_back_with_its_own_resources_keeps_what_is_reserved_on_it()
    {
        var agent = pool.Register("a", Agent);
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:64"), "op"));
        var asked = Asked.Single();
        pool.Do(new PoolCommand.AgentStreamClosed("a"));

        pool.Register("again", Agent, agent);

        pool.State.Agents[agent].Total.ShouldBe(ResourceText.Parse("cpus:4;mem:1024;disk:936").Add(Ask.Reserved("disk:64")));
        var news = pool.ToldToAgent("again").ToList();
        news[0].Registered.ConvertedResources.ToBag().ShouldBe(Ask.Reserved("disk:64"));
        news.Where(told => told.ApplyOperation is not null).ShouldHaveSingleItem().ApplyOperation.ShouldBe(asked);
    }

    [Fact]
    public void An_agent_that_no_longer_has_what_is_reserved_on_it_is_refused_with_what_to_do()
    {
        var agent = pool.Register("a", Agent);
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:64")));
        pool.Do(new PoolCommand.AgentStreamClosed("a"));
        var register = new AgentCall.Types.Register { AgentInfo = new AgentInfo { Hostname = "a", Port = 5051, Id = new AgentID { Value = agent } }, Version = "1" };
        register.AgentInfo.Resources.Add(ResourceText.Parse("cpus:4;disk:63").ToMessages());

        pool.Do(new PoolCommand.RegisterAgent(register, AgentId: null, "small", pool.Caller));

        pool.ToldToAgent("small").ShouldHaveSingleItem().Refused.Message.ShouldContain("UNRESERVE_RESOURCES");
        pool.State.Agents[agent].IsConnected.ShouldBeFalse();
    }

    [Fact]
    public void A_master_that_never_heard_of_the_agent_goes_by_what_the_agent_has_kept()
    {
        var agent = pool.Register("a", Agent, "old-S7", converted: Ask.Volume("v", 64));

        agent.ShouldBe("old-S7");
        pool.State.Agents[agent].Total.ShouldBe(ResourceText.Parse("cpus:4;mem:1024;disk:936").Add(Ask.Volume("v", 64)));
        pool.Events.OfType<PoolEvent.AgentConverted>().ShouldHaveSingleItem().Converted.ShouldBe(Ask.Volume("v", 64));
    }

    [Fact]
    public void Volumes_and_pending_operations_are_known_to_the_next_master()
    {
        var agent = pool.Register("a", Agent);
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:64"), "done"), Ask.Create(Ask.Volume("v", 64), "pending"));
        pool.Answer("a", Asked.First().Uuid, OperationState.OperationFinished);

        var (next, again) = pool.NextMasters();

        foreach (var state in new[] { next, again })
        {
            state.ConvertedOn(agent).ShouldBe(Ask.Volume("v", 64));
            state.Operations.Values.Select(operation => (operation.Info.Id.Value, operation.State)).ShouldBe(
                [("done", OperationState.OperationFinished), ("pending", OperationState.OperationPending)], ignoreOrder: true);
        }
    }

    [Fact]
    public void Reconciling_tells_what_is_known_and_says_unknown_otherwise()
    {
        pool.Register("a", Agent);
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:64"), "op"));
        var ask = new SchedulerCall.Types.ReconcileOperations();
        ask.Operations.Add(new[] { "op", "other" }.Select(id =>
            new SchedulerCall.Types.ReconcileOperations.Types.Operation { OperationId = new OperationID { Value = id } }));

        pool.Call(framework, call => (call.Type, call.ReconcileOperations) = (SchedulerCall.Types.Type.ReconcileOperations, ask));

        Told.Select(status => (status.OperationId.Value, status.State)).ShouldBe(
            [("op", OperationState.OperationPending), ("other", OperationState.OperationUnknown)]);
    }

    [Fact]
    public void The_agent_goes_for_good_and_its_operations_with_it()
    {
        var agent = pool.Register("a", Agent);
        var framework = pool.Subscribe("f");
        pool.Operate(framework, pool.OffersTo("f"), Ask.Reserve(Ask.Reserved("disk:64"), "op"));

        pool.Do(new PoolCommand.MarkAgentGone(agent, Caller.Platform));

        Told.ShouldHaveSingleItem().State.ShouldBe(OperationState.OperationGoneByOperator);
        pool.State.Operations.ShouldBeEmpty();
        pool.State.ConvertedOn(agent).IsEmpty.ShouldBeTrue();
    }

    private void Acknowledge(string framework, string id, Google.Protobuf.ByteString uuid) => pool.Call(framework, call =>
        (call.Type, call.AcknowledgeOperationStatus) = (SchedulerCall.Types.Type.AcknowledgeOperationStatus, new()
        {
            OperationId = new OperationID { Value = id },
            Uuid = uuid,
        }));
}
