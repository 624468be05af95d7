using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Google.Protobuf;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Core.Tests.Pool;

public sealed class ExecutorTests
{
    private readonly PoolUnderTest pool = new();

    [Fact]
    public void An_executor_holds_its_resources_once_for_all_its_tasks_until_it_has_ended()
    {
        var agent = pool.Register("a", "cpus:4;mem:1024");
        var framework = pool.Subscribe("f");

        pool.Accept(framework, pool.OffersTo("f"), Task("1", agent, Custom("x")), Task("2", agent, Custom("x")));
        Free().ShouldBe(ResourceText.Parse("cpus:1;mem:724"));
        pool.OffersTo("f").Single().ExecutorIds.Select(id => id.Value).ShouldBe(["x"]);
        pool.Accept(framework, pool.OffersTo("f"), Task("3", agent, Custom("x")));
        Free().ShouldBe(ResourceText.Parse("mem:624"));
        pool.State.Frameworks[framework].Tasks.Values.ShouldAllBe(task => task.Record.ExecutorId.Value == "x");
        var shown = OperatorViews.Executors(pool.State).Executors.ShouldHaveSingleItem();
        (shown.AgentId.Value, shown.ExecutorInfo.ExecutorId.Value, shown.ExecutorInfo.FrameworkId.Value).ShouldBe((agent, "x", framework));
        pool.ToldToAgent("a").Where(told => told.RunTask is not null).Select(told => told.RunTask.LaunchExecutor).ShouldBe([true, false, false]);
        foreach (var task in new[] { "1", "2", "3" })
            pool.Update("a", framework, task, TaskState.TaskFinished);
        Free().ShouldBe(ResourceText.Parse("cpus:3;mem:924"));

        pool.Do(new PoolCommand.AgentRequest(new AgentCall
        {
            Type = AgentCall.Types.Type.ExecutorEnded,
            ExecutorEnded = new() { FrameworkId = new FrameworkID { Value = framework }, ExecutorId = new ExecutorID { Value = "x" }, Status = 256 },
        }, "a", pool.Caller));

        Free().ShouldBe(ResourceText.Parse("cpus:4;mem:1024"));
        var failure = pool.ToldTo("f").Single(told => told.Failure is not null).Failure;
        (failure.ExecutorId.Value, failure.AgentId.Value, failure.Status).ShouldBe(("x", agent, 256));
    }

    [Fact]
    public void Another_executor_of_the_same_id_is_refused()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");
        pool.Accept(framework, pool.OffersTo("f"), Task("1", agent, Custom("x")));

        pool.Accept(framework, pool.OffersTo("f"), Task("2", agent, Custom("x", "other")));

        var refused = pool.StatusesTo("f").ShouldHaveSingleItem();
        (refused.TaskId.Value, refused.Reason).ShouldBe(("2", Reason.TaskInvalid));
        refused.Message.ShouldContain("another ExecutorInfo");
    }

    [Fact]
    public void A_pod_starts_whole_and_is_told_to_its_agent_as_one()
    {
        var agent = pool.Register("a", "cpus:4;mem:1024;disk:100");
        var framework = pool.Subscribe("f");

        LaunchGroup(framework, Default("pod"), PoolUnderTest.Task("1", agent), PoolUnderTest.Task("2", agent));

        pool.State.Frameworks[framework].Tasks.Keys.Order().ShouldBe(["1", "2"]);
        var run = pool.ToldToAgent("a").Single(told => told.RunGroup is not null).RunGroup;
        (run.Executor.ExecutorId.Value, run.Executor.FrameworkId.Value, run.TaskGroup.Tasks.Count).ShouldBe(("pod", framework, 2));
        Free().ShouldBe(ResourceText.Parse("cpus:1.9;mem:792;disk:90"));
    }

    [Fact]
    public void A_pod_of_which_one_task_is_bad_does_not_start_at_all()
    {
        var agent = pool.Register("a", "cpus:4;mem:1024;disk:100");
        var framework = pool.Subscribe("f");

        LaunchGroup(framework, Default("pod"), PoolUnderTest.Task("1", agent), PoolUnderTest.Task("2", agent, "cpus:4"));

        pool.StatusesTo("f").Select(status => (status.TaskId.Value, status.State, status.Reason)).ShouldBe(
            [("1", TaskState.TaskError, Reason.TaskGroupInvalid), ("2", TaskState.TaskError, Reason.TaskGroupInvalid)]);
        pool.State.Frameworks[framework].Tasks.ShouldBeEmpty();
        pool.State.Agents[agent].Executors.ShouldBeEmpty();
        Free().ShouldBe(ResourceText.Parse("cpus:4;mem:1024;disk:100"));
    }

    [Theory]
    [InlineData("cpus:0.1;mem:32", "disk")]
    [InlineData("mem:32;disk:10", "cpus")]
    public void A_default_executor_brings_some_of_everything(string resources, string missing)
    {
        var agent = pool.Register("a", "cpus:4;mem:1024;disk:100");
        var framework = pool.Subscribe("f");

        LaunchGroup(framework, Default("pod", resources), PoolUnderTest.Task("1", agent));

        pool.StatusesTo("f").ShouldHaveSingleItem().Message.ShouldContain(missing);
    }

    [Fact]
    public void Executors_that_an_agent_brings_to_another_master_hold_what_they_held()
    {
        var info = Custom("x");
        info.FrameworkId = new FrameworkID { Value = "F" };
        info.Resources.Clear();
        info.Resources.Add(ResourceText.Parse("cpus:1;mem:100").AllocatedTo("role").ToMessages());
        var register = new AgentCall.Types.Register { AgentInfo = new AgentInfo { Hostname = "a", Port = 5051 }, Version = "1" };
        register.AgentInfo.Resources.Add(ResourceText.Parse("cpus:4;mem:1024").ToMessages());
        register.Executors.Add(info);
        register.Frameworks.Add(new FrameworkInfo { User = "u", Name = "n", Role = "role", Id = new FrameworkID { Value = "F" } });

        pool.Do(new PoolCommand.RegisterAgent(register, new AgentID { Value = "old-S0" }, "a", pool.Caller));

        Free().ShouldBe(ResourceText.Parse("cpus:3;mem:924"));
        pool.Do(new PoolCommand.TearDown("F", Caller.Platform));
        Free().ShouldBe(ResourceText.Parse("cpus:4;mem:1024"));
        pool.ToldToAgent("a").Last().ShutdownFramework.FrameworkId.Value.ShouldBe("F");
    }

    [Fact]
    public void What_a_task_by_itself_says_goes_to_its_framework_while_it_is_there()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");
        pool.Accept(framework, pool.OffersTo("f"), PoolUnderTest.Task("1", agent));

        foreach (var executor in new[] { "1", "2" })
        {
            pool.Do(new PoolCommand.AgentRequest(new AgentCall
            {
                Type = AgentCall.Types.Type.ExecutorMessage,
                ExecutorMessage = new() { FrameworkId = new FrameworkID { Value = framework }, ExecutorId = new ExecutorID { Value = executor }, Data = ByteString.CopyFromUtf8(executor) },
            }, "a", pool.Caller));
        }

        pool.ToldTo("f").Where(told => told.Message is not null).ShouldHaveSingleItem().Message.Data.ToStringUtf8().ShouldBe("1");
    }

    [Fact]
    public void Words_go_both_ways_between_a_framework_and_its_executor()
    {
        var agent = pool.Register("a");
        var framework = pool.Subscribe("f");
        pool.Accept(framework, pool.OffersTo("f"), Task("1", agent, Custom("x")));

        pool.Call(framework, call => (call.Type, call.Message) = (SchedulerCall.Types.Type.Message,
            new() { AgentId = new AgentID { Value = agent }, ExecutorId = new ExecutorID { Value = "x" }, Data = ByteString.CopyFromUtf8("ping") }));
        pool.Do(new PoolCommand.AgentRequest(new AgentCall
        {
            Type = AgentCall.Types.Type.ExecutorMessage,
            ExecutorMessage = new() { FrameworkId = new FrameworkID { Value = framework }, ExecutorId = new ExecutorID { Value = "x" }, Data = ByteString.CopyFromUtf8("pong") },
        }, "a", pool.Caller));
        pool.Call(framework, call => (call.Type, call.Shutdown) = (SchedulerCall.Types.Type.Shutdown,
            new() { AgentId = new AgentID { Value = agent }, ExecutorId = new ExecutorID { Value = "x" } }));

        pool.ToldToAgent("a").Single(told => told.ExecutorMessage is not null).ExecutorMessage.Data.ToStringUtf8().ShouldBe("ping");
        pool.ToldTo("f").Single(told => told.Message is not null).Message.Data.ToStringUtf8().ShouldBe("pong");
        pool.ToldToAgent("a").Last().ShutdownExecutor.ExecutorId.Value.ShouldBe("x");
    }

    /// <summary>Found by the simulation.</summary>
    [Fact]
    public void An_executor_whose_end_was_not_heard_of_is_asked_for_with_the_next_ping()
    {
        var agent = pool.Register("a", "cpus:4;mem:1024");
        var framework = pool.Subscribe("f");
        pool.Accept(framework, pool.OffersTo("f"), Task("1", agent, Custom("x")));

        pool.Pass(pool.State.Settings.AgentPingTimeout);

        var asked = pool.ToldToAgent("a").Last(told => told.Pinged is not null).Pinged;
        asked.Executors.Select(each => (each.FrameworkId.Value, each.ExecutorId.Value)).ShouldBe([(framework, "x")]);
        End(framework, "x", asked.Number);
        pool.State.Agents[agent].Executors.ShouldBeEmpty();
        pool.Accept(framework, pool.OffersTo("f"), Task("2", agent, Custom("x")));
        End(framework, "x", asked.Number);
        pool.State.Agents[agent].Executors.Keys.ShouldBe([(framework, "x")]);
    }

    private void End(string framework, string executor, long ping) => pool.Do(new PoolCommand.AgentRequest(new AgentCall
    {
        Type = AgentCall.Types.Type.ExecutorEnded,
        ExecutorEnded = new() { FrameworkId = new FrameworkID { Value = framework }, ExecutorId = new ExecutorID { Value = executor }, Status = -1, Ping = ping },
    }, "a", pool.Caller));

    private ResourceBag Free() => pool.State.Agents.Values.Single() is var agent
        ? pool.State.Agents[agent.Id].Total.Subtract(agent.HoldingTasks.Select(task => task.Resources)
            .Concat(agent.Executors.Values.Select(executor => executor.Resources)).Aggregate(ResourceBag.Empty, (sum, held) => sum.Add(held)))
        : ResourceBag.Empty;

    private void LaunchGroup(string framework, ExecutorInfo executor, params TaskInfo[] tasks)
    {
        var operation = new Offer.Types.Operation { Type = OperationType.LaunchGroup, LaunchGroup = new() { Executor = executor, TaskGroup = new() } };
        operation.LaunchGroup.TaskGroup.Tasks.Add(tasks);
        pool.Operate(framework, pool.OffersTo("f"), operation);
    }

    private static TaskInfo Task(string id, string agent, ExecutorInfo executor)
    {
        var task = PoolUnderTest.Task(id, agent);
        task.Command = null;
        task.Executor = executor;
        return task;
    }

    private static ExecutorInfo Custom(string id, string command = "run")
    {
        var executor = new ExecutorInfo { ExecutorId = new ExecutorID { Value = id }, Command = new CommandInfo { Value = command } };
        executor.Resources.Add(ResourceText.Parse("cpus:1;mem:100").ToMessages());
        return executor;
    }

    private static ExecutorInfo Default(string id, string resources = "cpus:0.1;mem:32;disk:10")
    {
        var executor = new ExecutorInfo { ExecutorId = new ExecutorID { Value = id }, Type = ExecutorInfo.Types.Type.Default };
        executor.Resources.Add(ResourceText.Parse(resources).ToMessages());
        return executor;
    }
}
