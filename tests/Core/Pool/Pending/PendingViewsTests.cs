using System.Diagnostics;
using DataPlatform.Core.Allocation;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Pool.Pending;

/// <summary>Each reason why a framework waits, and what is said to change it, done: then there is the offer.</summary>
public sealed class PendingViewsTests
{
    private readonly PoolUnderTest pool = new();

    [Fact]
    public void A_limit_is_named_and_raised_as_said_it_lets_the_offer_come()
    {
        var agent = pool.Register("a1", "cpus:8;mem:4096");
        var framework = pool.Subscribe("f");
        Limit("cpus:2");
        Run(framework, agent, "t1", "cpus:1;mem:100");

        var answer = Ask(framework, "cpus:2;mem:100");

        answer.Reasons.ShouldHaveSingleItem().Text.ShouldBe("role role may have cpus:2 and has 1, reservations included");
        answer.Changes.OfType<PendingChange.LimitsRaised>().ShouldHaveSingleItem().Text
            .ShouldBe($"fits on a1 ({agent}) when limits are raised: cpus of role role from 2 to 3");
        Limit("cpus:2.999");
        Ask(framework, "cpus:2;mem:100").Reasons[0].Kind.ShouldBe(PendingKind.LimitReached);
        Limit("cpus:3");
        IsOfferedOrFits(framework, "cpus:2;mem:100");
    }

    [Fact]
    public void Of_tasks_that_end_those_are_named_that_make_room_the_soonest_and_the_fewest()
    {
        var (first, second) = (pool.Register("a1", "cpus:4;mem:4096"), pool.Register("a2", "cpus:4;mem:4096"));
        var other = pool.Subscribe("other");
        foreach (var (task, agent, cpus) in new[] { ("x", first, 1), ("y", first, 1), ("z", first, 2), ("w", second, 4) })
            Run(other, agent, task, $"cpus:{cpus};mem:100");
        Rest(other);
        var framework = pool.Subscribe("f");
        PendingRelease Ends(string task) => new($"cluster {task}", [(other, task)]);

        var answer = Ask(framework, "cpus:3;mem:100", Ends("x"), Ends("y"), Ends("z"), Ends("w"), new PendingRelease("gone", [(other, "no such task")]));

        answer.Reasons.ShouldHaveSingleItem().Text.ShouldBe("too little cpus is free");
        answer.Changes.Select(change => change.Text).ShouldBe([
            $"fits on a1 ({first}) when all of these have ended: cluster y, cluster z",
            $"fits on a2 ({second}) when cluster w ends"]);
        End(other, "a1", "y");
        Ask(framework, "cpus:3;mem:100").Reasons[0].Kind.ShouldBe(PendingKind.TooLittle);
        End(other, "a1", "z");
        IsOfferedOrFits(framework, "cpus:3;mem:100");
    }

    [Fact]
    public void What_is_reserved_to_those_that_end_is_given_back_with_them()
    {
        var agent = pool.Register("a1", "cpus:4;mem:4096");
        var other = pool.Subscribe("other", roles: "holder");
        pool.Operate(other, pool.OffersTo("other"), Reserve("cpus:3", "holder"));
        Rest(other);
        var framework = pool.Subscribe("f");
        var holder = new PendingRelease("cluster holder", []) { FrameworkId = other };

        var answer = Ask(framework, "cpus:2", holder);

        // Nothing of it is the host's own doing.
        answer.Reasons.ShouldHaveSingleItem().Kind.ShouldBe(PendingKind.TooLittle);
        answer.Changes.Select(change => change.Text).ShouldBe([$"fits on a1 ({agent}) when cluster holder ends"]);
        Ask(framework, "cpus:4.5", holder).Reasons.ShouldHaveSingleItem().Kind.ShouldBe(PendingKind.TooSmall);
        var rules = new AccessRules(new Dictionary<AccessAction, IReadOnlyList<AccessRule>> { [AccessAction.ViewFrameworks] = [new(new AccessEntity.Any(), new AccessEntity.Some(new HashSet<string> { "alice" }))] });
        pool.State.Frameworks[framework].Info.User = "alice";
        Answered(new PendingQuestion(framework, "role", Wanted("cpus:2")) { IfEnded = [holder] }, new Visibility(rules, new Caller.Named("somebody", "127.0.0.1"))).Changes.ShouldBeEmpty();
        pool.Subscribe("third", roles: "holder");
        Ask(framework, "cpus:2", holder).Changes.ShouldBeEmpty();
    }

    [Fact]
    public void Of_what_is_idle_the_fewest_are_named_that_make_room_and_of_as_few_the_best()
    {
        var agent = pool.Register("a1", "cpus:8;mem:4096");
        var other = pool.Subscribe("other");
        foreach (var (task, cpus) in new[] { ("x", 1), ("y", 2), ("z", 2), ("w", 3) })
            Run(other, agent, task, $"cpus:{cpus};mem:100");
        Rest(other);
        var framework = pool.Subscribe("f");
        PendingRelease Release(string task) => new(task, [(other, task)]);
        string[] Named(string wanted, params string[] idle) => [.. Answered(new PendingQuestion(framework, "role", Wanted(wanted))
        {
            IfEnded = [Release("w")], Idle = [.. idle.Select(Release)],
        }, Everything).Changes.OfType<PendingChange.TasksEnd>().Select(change => $"{change.By}: {string.Join(' ', change.Names)}")];

        Named("cpus:2", "x", "y", "z").ShouldBe(["Idle: y", "Soonest: w"]);
        Named("cpus:2", "z", "y", "x").ShouldBe(["Idle: z", "Soonest: w"]);
        Named("cpus:3", "x", "y", "z").ShouldBe(["Idle: x y", "Soonest: w"]);
        Named("cpus:8", "x", "y", "z", "w").ShouldBe(["Idle: x y z w"]);
        Named("cpus:6", "x", "y", "z").ShouldBeEmpty();
        Named("cpus:3").ShouldBe(["Soonest: w"]);
    }

    [Fact]
    public void What_fits_alone_and_not_with_the_others_is_told_what_must_end_for_all_of_them()
    {
        var (first, second) = (pool.Register("a1", "cpus:4;mem:4096"), pool.Register("a2", "cpus:4;mem:4096"));
        var other = pool.Subscribe("other");
        foreach (var (task, agent) in new[] { ("x", first), ("y", second), ("z", second) })
            Run(other, agent, task, "cpus:2;mem:100");
        Rest(other);
        var framework = pool.Subscribe("f");
        PendingRelease Release(string task) => new(task, [(other, task)]);
        PendingAnswer Together(int pods, params string[] idle) => Answered(new PendingQuestion(framework, "role", Wanted("cpus:2"))
        {
            IfEnded = [Release("x"), Release("y"), Release("z")], Idle = [.. idle.Select(Release)], Together = [.. Enumerable.Repeat(Wanted("cpus:2"), pods)],
        }, Everything);
        string[] Told(int pods, params string[] idle) => [.. Together(pods, idle).Changes.OfType<PendingChange.TasksEnd>().Where(change => change.Agent is null).Select(change => change.Text)];

        Together(2).Reasons.ShouldContain(reason => reason.Kind == PendingKind.Fits || reason.Kind == PendingKind.Offered);
        Told(1).ShouldBeEmpty();
        Told(2).ShouldBe(["all fit together when x ends"]);
        Told(2, "z", "y").ShouldBe(["all fit together when z ends", "all fit together when x ends"]);
        Told(3).ShouldBe(["all fit together when all of these have ended: x, y"]);
        Told(5).ShouldBeEmpty();
        Limit("cpus:3");
        Told(2).ShouldBeEmpty();
        Limit("cpus:4");
        Told(2).ShouldBe(["all fit together when all of these have ended: x, y, z"]);
        Limit("cpus:100");
        End(other, "a1", "x");
        Told(2).ShouldBeEmpty();
    }

    [Fact]
    public void What_the_framework_let_go_while_it_waits_for_all_is_room_for_them()
    {
        var agent = pool.Register("a1", "cpus:6;mem:4096");
        var other = pool.Subscribe("other");
        Run(other, agent, "x", "cpus:3;mem:100");
        Rest(other);
        var framework = pool.Subscribe("f");
        Decline(framework, seconds: 3);

        var answer = Answered(new PendingQuestion(framework, "role", Wanted("cpus:2")) { IfEnded = [new("x", [(other, "x")])], Together = [Wanted("cpus:2"), Wanted("cpus:1"), Wanted("cpus:3")] }, Everything);

        answer.Reasons.ShouldHaveSingleItem().Kind.ShouldBe(PendingKind.Refused);
        answer.Changes.OfType<PendingChange.TasksEnd>().ShouldHaveSingleItem().Text.ShouldBe("all fit together when x ends");
    }

    [Fact]
    public void Without_a_word_of_what_may_end_other_frameworks_are_thought_away()
    {
        var agent = pool.Register("a1");
        var other = pool.Subscribe("other");
        Run(other, agent, "t", "cpus:4;mem:100");
        Rest(other);
        var framework = pool.Subscribe("f");

        var answer = Ask(framework, "cpus:2");

        answer.Reasons.ShouldHaveSingleItem().Examples.ShouldHaveSingleItem().Text
            .ShouldBe($"nothing is free for the role, cpus:2 are wanted; other ({other}) (role) holds cpus:4");
        answer.Changes.OfType<PendingChange.TasksEnd>().ShouldHaveSingleItem().Names.ShouldBe([$"other ({other})"]);
    }

    [Fact]
    public void Under_a_limit_room_on_one_host_lets_what_is_free_on_another_come()
    {
        var (first, second) = (pool.Register("a1", "cpus:2;mem:1024"), pool.Register("a2", "cpus:8;mem:4096"));
        var other = pool.Subscribe("other");
        Run(other, first, "t", "cpus:2;mem:100");
        Rest(other);
        Limit("cpus:4");
        var framework = pool.Subscribe("f");
        Decline(framework);

        var end = Ask(framework, "cpus:4", new PendingRelease("cluster t", [(other, "t")])).Changes.OfType<PendingChange.TasksEnd>().ShouldHaveSingleItem();

        end.Agent!.AgentId.ShouldBe(second);
        End(other, "a1", "t");
        IsOfferedOrFits(framework, "cpus:4");
    }

    [Fact]
    public void An_offer_that_stands_elsewhere_comes_back_at_its_time()
    {
        pool.Register("a1");
        var hoarder = pool.Subscribe("hoarder");
        var framework = pool.Subscribe("f");

        Ask(hoarder, "cpus:4").Reasons.ShouldHaveSingleItem().Kind.ShouldBe(PendingKind.Offered);
        var change = Ask(framework, "cpus:4").Changes.ShouldHaveSingleItem().ShouldBeOfType<PendingChange.OffersEnd>();

        (change.Holder, change.At).ShouldBe(($"hoarder ({hoarder})", pool.Now + TimeSpan.FromMinutes(2)));
        pool.Pass(TimeSpan.FromMinutes(2) - TimeSpan.FromSeconds(1));
        pool.OffersTo("f").ShouldBeEmpty();
        pool.Pass(TimeSpan.FromSeconds(1));
        pool.OffersTo("f").ShouldHaveSingleItem();
    }

    [Fact]
    public void A_refusal_says_when_it_ends_on_the_wall()
    {
        var agent = pool.Register("a1");
        var framework = pool.Subscribe("f");
        Decline(framework, seconds: 600);
        pool.Do(new PoolCommand.MoveWallClock(TimeSpan.FromHours(1)));

        var answer = Ask(framework, "cpus:1");

        var end = pool.Now + TimeSpan.FromMinutes(70);
        answer.Reasons.ShouldHaveSingleItem().Examples[0].Text.ShouldBe($"the framework refused what is free there until {end:u}");
        answer.Changes.ShouldBe([new PendingChange.RefusalEnds(new PendingChange.Place(agent, "a1"), end)]);
    }

    [Theory]
    [InlineData(true, PendingKind.AgentDraining)]
    [InlineData(false, PendingKind.AgentDeactivated)]
    public void An_agent_that_takes_no_tasks_is_named_with_what_brings_it_back(bool drains, PendingKind kind)
    {
        var agent = pool.Register("a1");
        var other = pool.Subscribe("other");
        Run(other, agent, "t", "cpus:3;mem:100");
        Rest(other);
        var framework = pool.Subscribe("f");
        pool.Do(drains ? new PoolCommand.DrainAgent(agent, new DrainConfig(), pool.Caller) : new PoolCommand.DeactivateAgent(agent, pool.Caller));

        Ask(framework, "cpus:1").Changes.OfType<PendingChange.AgentTakesTasks>().ShouldHaveSingleItem().Until.ShouldBe(kind);
        Ask(framework, "cpus:4").Changes.OfType<PendingChange.AgentTakesTasks>().Count().ShouldBe(drains ? 1 : 0);
        pool.State.Agents[agent].IsConnected.ShouldBeTrue();
    }

    [Fact]
    public void A_machine_that_is_down_is_named_to_those_who_may_know()
    {
        pool.Register("a1");
        var framework = pool.Subscribe("f");
        var machine = new MachineID { Hostname = "a1" };
        var window = new Window { MachineIds = { machine }, Unavailability = new Unavailability { Start = new TimeInfo { Nanoseconds = 0 } } };
        pool.Do(new PoolCommand.UpdateMaintenanceSchedule(new Schedule { Windows = { window } }, pool.Caller)).ShouldBe(PoolOutcome.Ok);
        pool.Do(new PoolCommand.StartMaintenance([machine], pool.Caller)).ShouldBe(PoolOutcome.Ok);

        var answer = Ask(framework, "cpus:1");

        var reason = answer.Reasons.ShouldHaveSingleItem();
        (reason.Kind, reason.Agents, reason.Examples[0].Hostname).ShouldBe((PendingKind.MachineDown, 1, "a1"));
        var rules = new Dictionary<AccessAction, IReadOnlyList<AccessRule>> { [AccessAction.GetMaintenanceStatuses] = [new(new AccessEntity.None(), new AccessEntity.Any())] };
        Answered(new PendingQuestion(framework, "role"), new Visibility(new AccessRules(rules, permissive: true), new Caller.Unnamed("127.0.0.1"))).Reasons.ShouldBeEmpty();
    }

    [Fact]
    public void What_no_host_has_needs_a_larger_one()
    {
        pool.Register("a1", "cpus:4;mem:1024");
        pool.Register("a2", "cpus:2;mem:2048");
        var framework = pool.Subscribe("f");

        var answer = Ask(framework, "cpus:16;mem:512");

        answer.Reasons.ShouldHaveSingleItem().Kind.ShouldBe(PendingKind.TooSmall);
        answer.Changes.ShouldHaveSingleItem().Text.ShouldBe("with a larger host: cpus:16;mem:512 are wanted on one, and no host has more than cpus:4;mem:2048");
    }

    [Fact]
    public void The_framework_s_own_doing_comes_first()
    {
        pool.Register("a1");
        var framework = pool.Subscribe("f");
        pool.Call(framework, call => { call.Type = SchedulerCall.Types.Type.Suppress; call.Suppress = new(); });
        Decline(framework);
        Ask(framework, "cpus:1").Changes.ShouldBe([new PendingChange.FrameworkRevives("role")]);
        pool.Do(new PoolCommand.SchedulerStreamClosed("f"));
        Ask(framework, "cpus:1").Changes.ShouldBe([new PendingChange.FrameworkConnects()]);
    }

    [Fact]
    public void Who_may_not_see_a_framework_is_not_told_of_it()
    {
        var agent = pool.Register("a1");
        var other = pool.Subscribe("other", roles: "secret");
        Run(other, agent, "t", "cpus:4;mem:100");
        Rest(other);
        var framework = pool.Subscribe("f");
        var rules = new Dictionary<AccessAction, IReadOnlyList<AccessRule>>
        {
            [AccessAction.ViewFrameworks] = [new(new AccessEntity.Any(), new AccessEntity.Some(new HashSet<string> { "alice" }))],
        };
        var visibility = new Visibility(new AccessRules(rules), new Caller.Named("somebody", "127.0.0.1"));
        PendingViews.Ask(pool.State, new PendingQuestion(framework, "role"), visibility, pool.Now).ShouldBeOfType<PendingOutcome.NoSuchFramework>();
        pool.State.Frameworks[framework].Info.User = "alice";

        var answer = Answered(new PendingQuestion(framework, "role", Wanted("cpus:1")), visibility);

        var text = answer.Reasons.ShouldHaveSingleItem().Examples[0].Text;
        text.ShouldContain("another framework (of others) holds cpus:4");
        text.ShouldNotContain(other);
        text.ShouldNotContain("secret");
        answer.Changes.ShouldBeEmpty();
    }

    [Fact]
    public void Forty_thousand_agents_give_a_short_answer_soon()
    {
        for (var agent = 0; agent < 40_000; agent++)
            pool.State.Apply(new PoolEvent.AgentAdmitted(Info(agent), pool.Now));
        for (var agent = 0; agent < 40_000; agent++)
            pool.State.Apply(new PoolEvent.AgentConnected($"S{agent}", $"s{agent}", Info(agent), "1", "127.0.0.1", pool.Now));
        var framework = pool.Subscribe("hoarder");
        var waiting = pool.Subscribe("f");
        pool.OffersTo("hoarder").Count.ShouldBe(40_000);

        var watch = Stopwatch.StartNew();
        var answer = Ask(waiting, "cpus:2;mem:512");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));

        answer.Agents.ShouldBe(40_000);
        answer.Reasons.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            reason => reason.Agents.ShouldBe(40_000), reason => reason.Examples.Count.ShouldBe(3));
        answer.Changes.ShouldHaveSingleItem().ShouldBeOfType<PendingChange.OffersEnd>();
        answer.SearchedAll.ShouldBeFalse();
        Answered(new PendingQuestion(waiting, "role") { Offset = 39_990, Limit = 100 }, Everything).Listed.Count.ShouldBe(10);
    }

    private static Offer.Types.Operation Reserve(string resources, string role) => Operations.Ask.Reserve(ResourceBag.Of(ResourceText.Parse(resources)
        .Select(entry => entry with { Kind = entry.Kind.WithReservations([new Reservation(ReservationType.Dynamic, role)]) })).AllocatedTo(role));

    private static Visibility Everything { get; } = new(AccessRules.Everybody, Caller.Platform);

    private static AgentInfo Info(int agent)
    {
        var info = new AgentInfo { Hostname = $"h{agent}", Port = 5051, Id = new AgentID { Value = $"S{agent}" } };
        info.Resources.Add(ResourceText.Parse("cpus:4;mem:4096;ports:[1-100]").ToMessages());
        return info;
    }

    private static ResourceQuantities Wanted(string resources) => ResourceText.Parse(resources).Quantities;

    private PendingAnswer Ask(string framework, string wanted, params PendingRelease[] releases) =>
        Answered(new PendingQuestion(framework, "role", Wanted(wanted)) { IfEnded = releases.Length == 0 ? null : releases }, Everything);

    private PendingAnswer Answered(PendingQuestion question, Visibility visibility) =>
        PendingViews.Ask(pool.State, question, visibility, pool.Now).ShouldBeOfType<PendingOutcome.Answered>().Answer;

    private void IsOfferedOrFits(string framework, string wanted)
    {
        var answer = Ask(framework, wanted);
        answer.Reasons.ShouldContain(reason => reason.Kind == PendingKind.Fits || reason.Kind == PendingKind.Offered);
        answer.Changes.ShouldBeEmpty();
    }

    private void Run(string framework, string agent, string task, string resources) => pool.Accept(
        framework, pool.OffersTo(pool.State.Frameworks[framework].StreamId!).Where(offer => offer.AgentId.Value == agent), PoolUnderTest.Task(task, agent, resources))
        .ShouldBe(PoolOutcome.Taken);

    private void End(string framework, string agentStream, string task) => pool.Update(agentStream, framework, task, TaskState.TaskFinished);

    /// <summary>It wants nothing more, so that all that is free is free for others.</summary>
    private void Rest(string framework)
    {
        pool.Call(framework, call => { call.Type = SchedulerCall.Types.Type.Suppress; call.Suppress = new(); });
        Decline(framework);
    }

    private void Decline(string framework, double seconds = 0) => pool.Call(framework, call =>
    {
        call.Type = SchedulerCall.Types.Type.Decline;
        call.Decline = new() { Filters = new() { RefuseSeconds = seconds } };
        call.Decline.OfferIds.Add(pool.OffersTo(pool.State.Frameworks[framework].StreamId!).Select(offer => offer.Id));
    });

    private void Limit(string limits)
    {
        var config = new QuotaConfig { Role = "role" };
        foreach (var (name, amount) in Wanted(limits))
            config.Limits[name] = new Value.Types.Scalar { Value = amount.ToDouble() };
        pool.Do(new PoolCommand.UpdateQuotas([config], Force: true, pool.Caller)).ShouldBe(PoolOutcome.Ok);
    }
}
