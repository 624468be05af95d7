using DataPlatform.Core.Allocation;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Pool;

public class ReclaimingTests
{
    private readonly PoolUnderTest pool = new(new PoolSettings { Allocator = AllocatorSettings.Default with { LendsIdle = true } });

    [Fact]
    public void Borrowers_are_killed_when_the_owner_s_tasks_need_the_room_the_lowest_priority_first()
    {
        var agent = pool.Register("a", "cpus(owner):4;mem(owner):1024");
        var high = Borrow("high", priority: 5, agent, "h1");
        var low = Borrow("low", priority: 0, agent, "l1", "l2");
        var owner = pool.Subscribe("owner", roles: "owner");
        pool.ToldToAgent("a").ShouldNotContain(told => told.KillTask != null);

        pool.Accept(owner, pool.OffersTo("owner"), Task("o1", agent, pool.OffersTo("owner")[0], cpus: 2, mem: 100));

        pool.ToldToAgent("a").Where(told => told.KillTask is not null).Select(told => told.KillTask.TaskId.Value).ShouldBe(["l2"]);
        pool.Pass(TimeSpan.FromSeconds(2));
        pool.ToldToAgent("a").Count(told => told.KillTask is not null).ShouldBe(1);
        pool.Update("a", low, "l2", TaskState.TaskKilled);
        pool.State.Frameworks[high].Tasks.Keys.ShouldBe(["h1"]);
    }

    private string Borrow(string stream, int priority, string agent, params string[] tasks)
    {
        var info = new FrameworkInfo { User = "root", Name = stream, FailoverTimeout = 60, Roles = { "any" }, Labels = new Labels() };
        info.Labels.Labels_.Add(new Label { Key = FrameworkRules.PriorityLabel, Value = $"{priority}" });
        foreach (var type in new[] { FrameworkInfo.Types.Capability.Types.Type.MultiRole, FrameworkInfo.Types.Capability.Types.Type.RevocableResources })
            info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = type });
        var call = new SchedulerCall { Type = SchedulerCall.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = info } };
        pool.Do(new PoolCommand.Subscribe(call, stream, pool.Caller));
        var id = pool.ToldTo(stream).First(told => told.Subscribed is not null).Subscribed.FrameworkId.Value;
        var offer = pool.OffersTo(stream).ShouldHaveSingleItem();
        pool.Accept(id, [offer], [.. tasks.Select(task => Task(task, agent, offer, cpus: 1, mem: 100))]);
        pool.Call(id, suppress => suppress.Type = SchedulerCall.Types.Type.Suppress);
        foreach (var rest in pool.OffersTo(stream))
        {
            pool.Call(id, decline =>
            {
                decline.Type = SchedulerCall.Types.Type.Decline;
                decline.Decline = new() { OfferIds = { rest.Id } };
            });
        }

        return id;
    }

    private static TaskInfo Task(string id, string agent, Offer offer, double cpus, double mem)
    {
        var task = PoolUnderTest.Task(id, agent);
        task.Resources.Clear();
        foreach (var (name, amount) in new[] { ("cpus", cpus), ("mem", mem) })
        {
            var resource = offer.Resources.Single(offered => offered.Name == name).Clone();
            resource.Scalar.Value = amount;
            task.Resources.Add(resource);
        }

        return task;
    }
}
