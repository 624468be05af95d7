using DataPlatform.Core.Pool;
using DataPlatform.Core.Pool.Journal;
using DataPlatform.Core.Protocol.Link;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using AgentCallType = DataPlatform.Core.Protocol.Link.AgentCall.Types.Type;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Core.Tests.Pool.Authorization;

/// <summary>Attacks with a secret that is good for something else.</summary>
public sealed class AuthorizingTests
{
    private static readonly Caller HostA = new Caller.Named("host-a", "10.0.0.1");
    private static readonly Caller HostB = new Caller.Named("host-b", "10.0.0.2");
    private static readonly Caller Framework = new Caller.Named("framework", "10.0.0.3");
    private static readonly Caller Other = new Caller.Named("other", "10.0.0.4");
    private static readonly Caller Operator = new Caller.Named("operator", "10.0.0.5");

    private static readonly AccessRules Rules = AccessRulesTests.Rules("""
        {"register_agents":[{"principals":{"values":["host-a","host-b"]},"agents":{"type":"ANY"}}],
         "register_frameworks":[{"principals":{"values":["framework","other"]},"roles":{"values":["role"]}}],
         "run_tasks":[{"principals":{"values":["framework"]},"users":{"values":["root"]}}],
         "teardown_frameworks":[{"principals":{"values":["operator"]},"framework_principals":{"values":["framework"]}}],
         "mark_agents_gone":[{"principals":{"values":["operator"]},"agents":{"type":"ANY"}}]}
        """);

    private readonly PoolUnderTest pool = new(access: Rules);

    [Fact]
    public void A_frameworks_principal_can_not_register_as_an_agent()
    {
        pool.Caller = Framework;

        var outcome = Register("a", id: null);

        Refused(outcome, RefusalKind.Forbidden).ShouldContain("register_agents");
        pool.State.Agents.ShouldBeEmpty();
        pool.Effects.ShouldBeEmpty();
    }

    [Fact]
    public void An_agents_principal_can_not_subscribe_as_a_framework()
    {
        pool.Do(Subscribe("f", HostA, "role"));

        pool.ToldTo("f").ShouldHaveSingleItem().Error.Message.ShouldContain("register_frameworks");
        pool.State.Frameworks.ShouldBeEmpty();
    }

    [Fact]
    public void A_role_that_is_not_allowed_ends_the_subscription_with_an_error()
    {
        pool.Do(Subscribe("f", Framework, "role", "secret"));

        pool.ToldTo("f").ShouldHaveSingleItem().Error.Message.ShouldContain("'secret'");
        pool.Effects.OfType<PoolEffect.CloseSchedulerStream>().ShouldHaveSingleItem();
        pool.State.Frameworks.ShouldBeEmpty();
    }

    [Fact]
    public void A_role_that_is_not_allowed_can_not_be_added_later()
    {
        var framework = SubscribeAs(Framework, "f");
        var info = pool.State.Frameworks[framework].Info.Clone();
        info.Roles.Add("secret");

        var outcome = pool.Call(framework, call =>
        {
            call.Type = SchedulerCall.Types.Type.UpdateFramework;
            call.UpdateFramework = new() { FrameworkInfo = info };
        });

        Refused(outcome, RefusalKind.Forbidden).ShouldContain("'secret'");
        pool.State.Frameworks[framework].Roles.ShouldBe(["role"]);
    }

    [Fact]
    public void Another_principal_can_not_take_over_a_living_agents_id()
    {
        var agent = RegisterAs(HostA, "a");

        pool.Caller = HostB;
        var outcome = Register("thief", agent);

        Refused(outcome, RefusalKind.Forbidden).ShouldContain("belongs to another principal");
        pool.State.Agents[agent].StreamId.ShouldBe("a");
    }

    [Fact]
    public void An_agents_id_stays_bound_to_its_principal_when_the_master_restarts_and_when_the_agent_is_lost()
    {
        var agent = RegisterAs(HostA, "a");
        var lost = RegisterAs(HostA, "l", hostname: "l");
        pool.Events.Add(new PoolEvent.AgentBecameUnreachable(lost, pool.Now));

        var records = pool.Events.Where(happened => happened.Durable).Select(happened => PoolRecords.Encode(happened, pool.Now));
        var recovered = Recover(records.Select(record => PoolRecords.Decode(record)));
        var compacted = Recover(PoolRecords.DecodeSnapshot(PoolRecords.EncodeSnapshot(recovered.Remembered(), pool.Now)));

        foreach (var state in new[] { recovered, compacted })
        {
            foreach (var id in new[] { agent, lost })
                Refused(DataPlatform.Core.Pool.Pool.Decide(state, Registration("thief", id, HostB), pool.Now).Outcome, RefusalKind.Forbidden);
            DataPlatform.Core.Pool.Pool.Decide(state, Registration("a", agent, HostA), pool.Now).Events
                .ShouldNotContain(happened => happened is PoolEvent.AgentBound);
        }
    }

    [Fact]
    public void Another_principal_can_not_speak_on_an_agents_stream()
    {
        var agent = RegisterAs(HostA, "a");

        var outcome = pool.Do(new PoolCommand.AgentRequest(new AgentCall { Type = AgentCallType.Pong }, "a", HostB));

        Refused(outcome, RefusalKind.Forbidden);
        pool.State.Agents[agent].StreamId.ShouldBe("a");
    }

    [Fact]
    public void An_agent_can_not_report_another_agents_task()
    {
        var agent = RegisterAs(HostA, "a");
        var framework = SubscribeAs(Framework, "f");
        Launch(framework, agent, "t");
        RegisterAs(HostB, "b");
        pool.Caller = HostB;
        pool.Effects.Clear();

        pool.Update("b", framework, "t", TaskState.TaskFailed);

        pool.StatusesTo("f").ShouldBeEmpty();
        pool.State.Frameworks[framework].Tasks["t"].Record.State.ShouldBe(TaskState.TaskStaging);
        // It is told to forget it, or it would say it again for ever.
        pool.ToldToAgent("b").ShouldContain(told => told.Acknowledge != null && told.Acknowledge.TaskId.Value == "t");
    }

    [Fact]
    public void An_agent_can_not_bring_another_agents_task_as_its_own()
    {
        var agent = RegisterAs(HostA, "a");
        var framework = SubscribeAs(Framework, "f");
        Launch(framework, agent, "t");
        var thief = RegisterAs(HostB, "b");
        var stolen = pool.State.Frameworks[framework].Tasks["t"].Record.Clone();
        stolen.AgentId = new AgentID { Value = thief };

        pool.Caller = HostB;
        pool.Do(Registration("b2", thief, HostB, tasks: stolen));

        pool.State.Frameworks[framework].Tasks["t"].AgentId.ShouldBe(agent);
        pool.State.Agents[thief].Tasks.ShouldBeEmpty();
        pool.ToldToAgent("b2").ShouldContain(told => told.KillTask != null && told.KillTask.TaskId.Value == "t");
    }

    [Fact]
    public void Another_principal_can_not_call_as_a_framework_even_with_its_stream_id()
    {
        var framework = SubscribeAs(Framework, "f");

        pool.Caller = Other;
        var outcome = pool.Call(framework, call => call.Type = SchedulerCall.Types.Type.Teardown);

        Refused(outcome, RefusalKind.Invalid);
        pool.State.Frameworks.Keys.ShouldBe([framework]);
    }

    [Fact]
    public void Another_principal_can_not_subscribe_under_a_frameworks_id()
    {
        var framework = SubscribeAs(Framework, "f");
        var call = Subscribe("thief", Other, "role");
        call.Call.FrameworkId = call.Call.Subscribe.FrameworkInfo.Id = new FrameworkID { Value = framework };

        pool.Do(call);

        pool.ToldTo("thief").ShouldHaveSingleItem().Error.ShouldNotBeNull();
        pool.State.Frameworks[framework].StreamId.ShouldBe("f");
    }

    [Fact]
    public void Only_who_is_allowed_tears_down_another_principals_framework()
    {
        var framework = SubscribeAs(Framework, "f");
        var other = SubscribeAs(Other, "o");

        Refused(pool.Do(new PoolCommand.TearDown(framework, Other)), RefusalKind.Forbidden);
        Refused(pool.Do(new PoolCommand.TearDown("no-such-id", Other)), RefusalKind.Forbidden);
        Refused(pool.Do(new PoolCommand.TearDown(other, Operator)), RefusalKind.Forbidden);
        pool.State.Frameworks.Count.ShouldBe(2);
        pool.Do(new PoolCommand.TearDown(framework, Operator)).ShouldBe(PoolOutcome.Ok);
    }

    [Fact]
    public void Only_who_is_allowed_marks_an_agent_gone()
    {
        var agent = RegisterAs(HostA, "a");

        Refused(pool.Do(new PoolCommand.MarkAgentGone(agent, HostA)), RefusalKind.Forbidden);
        Refused(pool.Do(new PoolCommand.MarkAgentGone(agent, Framework)), RefusalKind.Forbidden);
        pool.State.Agents.Keys.ShouldBe([agent]);
        pool.Do(new PoolCommand.MarkAgentGone(agent, Operator)).ShouldBe(PoolOutcome.Ok);
    }

    [Fact]
    public void A_task_of_a_user_that_is_not_allowed_is_an_error_and_its_neighbour_runs()
    {
        var agent = RegisterAs(HostA, "a");
        var framework = SubscribeAs(Framework, "f");
        var foreign = PoolUnderTest.Task("foreign", agent);
        foreign.Command.User = "postgres";

        pool.Accept(framework, pool.OffersTo("f"), foreign, PoolUnderTest.Task("own", agent));

        var status = pool.StatusesTo("f").ShouldHaveSingleItem();
        status.TaskId.Value.ShouldBe("foreign");
        status.State.ShouldBe(TaskState.TaskError);
        status.Reason.ShouldBe(Reason.TaskUnauthorized);
        status.Message.ShouldContain("'postgres'");
        pool.State.Frameworks[framework].Tasks.Keys.ShouldBe(["own"]);
    }

    [Fact]
    public void With_the_settings_as_they_come_nobody_may_do_anything()
    {
        var strict = new PoolUnderTest(access: new PoolSettings().Access);

        Refused(strict.Do(Registration("a", null, HostA)), RefusalKind.Forbidden);
        strict.Do(Subscribe("f", Framework, "role"));

        strict.State.Agents.ShouldBeEmpty();
        strict.State.Frameworks.ShouldBeEmpty();
    }

    private string RegisterAs(Caller caller, string stream, string? hostname = null)
    {
        pool.Do(Registration(stream, id: null, caller, hostname));
        return pool.ToldToAgent(stream).First(told => told.Registered is not null).Registered.AgentId.Value;
    }

    private PoolOutcome Register(string stream, string? id) => pool.Do(Registration(stream, id, pool.Caller));

    private string SubscribeAs(Caller caller, string stream)
    {
        pool.Caller = caller;
        return pool.Subscribe(stream);
    }

    private void Launch(string framework, string agent, string task) =>
        pool.Accept(framework, pool.OffersTo("f").Where(offer => offer.AgentId.Value == agent), PoolUnderTest.Task(task, agent));

    private static PoolCommand.RegisterAgent Registration(
        string stream, string? id, Caller caller, string? hostname = null, params TaskRecord[] tasks)
    {
        var info = new AgentInfo { Hostname = hostname ?? stream, Port = 5051 };
        info.Resources.Add(ResourceText.Parse("cpus:4;mem:1024").ToMessages());
        if (id is not null)
            info.Id = new AgentID { Value = id };
        var register = new AgentCall.Types.Register { AgentInfo = info, Version = "1" };
        register.Tasks.Add(tasks);
        return new PoolCommand.RegisterAgent(register, AgentId: null, stream, caller);
    }

    private static PoolCommand.Subscribe Subscribe(string stream, Caller caller, params string[] roles)
    {
        var info = new FrameworkInfo { User = "root", Name = stream, FailoverTimeout = 60 };
        info.Roles.Add(roles);
        info.Capabilities.Add(new FrameworkInfo.Types.Capability { Type = FrameworkInfo.Types.Capability.Types.Type.MultiRole });
        var call = new SchedulerCall { Type = SchedulerCall.Types.Type.Subscribe, Subscribe = new() { FrameworkInfo = info } };
        return new PoolCommand.Subscribe(call, stream, caller);
    }

    private static PoolState Recover(IEnumerable<PoolEvent> events)
    {
        var state = new PoolState(new MasterInfo { Id = "N", Ip = 0, Port = 5050 }, new PoolSettings { Access = Rules }, new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero));
        foreach (var happened in events)
            state.Recover(happened);
        return state;
    }

    private static string Refused(PoolOutcome outcome, RefusalKind kind)
    {
        var refused = outcome.ShouldBeOfType<PoolOutcome.Refused>();
        refused.Kind.ShouldBe(kind);
        return refused.Message;
    }
}
