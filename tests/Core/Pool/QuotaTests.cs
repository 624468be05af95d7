using DataPlatform.Core.Allocation;
using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Extensions;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Pool;

public class QuotaTests
{
    private readonly PoolUnderTest pool = new();

    [Fact]
    public void A_limit_counts_at_once_and_takes_offers_above_it_back()
    {
        pool.Register("a1");
        pool.Register("a2");
        pool.Subscribe("f");
        var before = pool.OffersTo("f");
        before.Count.ShouldBe(2);

        Quota("role", limits: "cpus:5").ShouldBe(PoolOutcome.Ok);

        pool.ToldTo("f").Where(told => told.Rescind is not null).ShouldHaveSingleItem().Rescind.OfferId.ShouldBe(before[1].Id);
        pool.OffersTo("f").Sum(offer => offer.Resources.ToBag().Amount("cpus").ToDouble()).ShouldBe(5);
    }

    [Fact]
    public void A_guarantee_takes_back_offers_that_hold_what_it_needs()
    {
        pool.Register("a1");
        pool.Subscribe("hoarder", roles: "other");
        pool.OffersTo("hoarder").ShouldHaveSingleItem();
        pool.Subscribe("owner", roles: "team/x");

        Quota("team", guarantees: "cpus:3").ShouldBe(PoolOutcome.Ok);

        pool.OffersTo("owner").ShouldHaveSingleItem().Resources.ToBag().Amount("cpus").ToDouble().ShouldBe(3);
        pool.OffersTo("hoarder").ShouldHaveSingleItem().Resources.ToBag().Amount("cpus").ToDouble().ShouldBe(1);
    }

    [Theory]
    [InlineData("*", "", "cpus:1", "everyone")]
    [InlineData("a/", "", "cpus:1", "may neither begin nor end")]
    [InlineData("a", "cpus:2", "cpus:1", "above the limit")]
    [InlineData("a", "cpus:9", "cpus:9", "the pool has 4; force allows it")]
    [InlineData("role", "", "cpus:1", "uses cpus:2, reservations included, which is above the limit 1; force allows it")]
    [InlineData("parent/child", "cpus:3", "", "more than its own guarantee 2")]
    public void What_makes_no_sense_is_refused_with_the_reason(string role, string guarantees, string limits, string reason)
    {
        var agent = pool.Register("a1");
        var framework = pool.Subscribe("f");
        pool.Accept(framework, pool.OffersTo("f"), PoolUnderTest.Task("t1", agent, "cpus:2;mem:100"));
        Quota("parent", guarantees: "cpus:2").ShouldBe(PoolOutcome.Ok);
        var events = pool.Events.Count;

        Quota(role, guarantees, limits).ShouldBeOfType<PoolOutcome.Refused>().Message.ShouldContain(reason);

        pool.Events.Count.ShouldBe(events);
        pool.State.Quotas.Keys.ShouldBe(["parent"]);
    }

    [Fact]
    public void Force_allows_what_the_pool_has_not_yet()
    {
        Quota("a", guarantees: "cpus:9;mem:9000", force: true).ShouldBe(PoolOutcome.Ok);
        pool.Register("a1");
        pool.Subscribe("f");
        pool.OffersTo("f").ShouldBeEmpty();
        WhyPending("nobody").ShouldBeOfType<PendingOutcome.NoSuchFramework>();
        WhyPending(pool.State.Frameworks.Keys.Single()).ShouldBeOfType<PendingOutcome.Answered>().Answer.Reasons.ShouldHaveSingleItem().Kind.ShouldBe(PendingKind.KeptForGuarantees);
    }

    [Fact]
    public void A_quota_without_amounts_ends_it()
    {
        Quota("a", limits: "cpus:1").ShouldBe(PoolOutcome.Ok);
        Quota("a").ShouldBe(PoolOutcome.Ok);
        pool.State.Quotas.ShouldBeEmpty();
    }

    [Fact]
    public void Older_calls_set_guarantee_and_limit_in_one_and_end_them()
    {
        pool.Register("a1");
        var request = new QuotaRequest { Role = "a" };
        request.Guarantee.Add(new Resource { Name = "cpus", Type = Value.Types.Type.Scalar, Scalar = new() { Value = 2 } });
        pool.Do(new PoolCommand.SetQuota(request, Caller.Platform)).ShouldBe(PoolOutcome.Ok);
        var amount = ResourceText.Parse("cpus:2").Quantities;
        pool.State.Quotas["a"].ShouldBe(new Quota(amount, amount));
        pool.Do(new PoolCommand.SetQuota(request, Caller.Platform)).ShouldBeOfType<PoolOutcome.Refused>().Message.ShouldContain("UPDATE_QUOTA");
        pool.Do(new PoolCommand.RemoveQuota("a", Caller.Platform)).ShouldBe(PoolOutcome.Ok);
        pool.Do(new PoolCommand.RemoveQuota("a", Caller.Platform)).ShouldBeOfType<PoolOutcome.Refused>().Message.ShouldContain("no quota");
    }

    [Fact]
    public void Weights_count_at_once_and_are_told()
    {
        Weight("heavy", 2).ShouldBe(PoolOutcome.Ok);
        pool.State.WeightOf("heavy").ShouldBe(2);
        pool.State.WeightOf("light").ShouldBe(1);
        RoleViews.Weights(pool.State).ShouldNotBeNull().WeightInfos.ShouldHaveSingleItem().Weight.ShouldBe(2);
        RoleViews.Roles(pool.State).Roles.ShouldHaveSingleItem().Name.ShouldBe("heavy");
        foreach (var wrong in new[] { 0, -1, double.NaN, double.PositiveInfinity })
            Weight("heavy", wrong).ShouldBeOfType<PoolOutcome.Refused>().Message.ShouldContain("above 0");
    }

    [Fact]
    public void Offer_constraints_are_checked_kept_and_changed()
    {
        pool.Register("a1");
        var framework = pool.Subscribe("f");
        pool.OffersTo("f").ShouldHaveSingleItem();
        var constraint = new AttributeConstraint
        {
            Selector = new() { PseudoattributeType = AttributeConstraint.Types.Selector.Types.PseudoattributeType.Hostname },
            Predicate = new() { TextEquals = new() { Value = "elsewhere" } },
        };
        var role = new OfferConstraints.Types.RoleConstraints();
        role.Groups.Add(new OfferConstraints.Types.RoleConstraints.Types.Group { AttributeConstraints = { constraint } });

        Update(framework, new OfferConstraints { RoleConstraints = { ["role"] = new() } })
            .ShouldBeOfType<PoolOutcome.Refused>().Message.ShouldContain("no groups");
        Update(framework, new OfferConstraints { RoleConstraints = { ["role"] = role } }).ShouldBe(PoolOutcome.Ok);
        pool.Call(framework, call =>
        {
            call.Type = SchedulerCall.Types.Type.Decline;
            call.Decline = new() { Filters = new() { RefuseSeconds = 0 } };
            call.Decline.OfferIds.Add(pool.OffersTo("f").Select(offer => offer.Id));
        });
        pool.OffersTo("f").ShouldBeEmpty();
        WhyPending(framework).ShouldBeOfType<PendingOutcome.Answered>().Answer.Reasons.ShouldHaveSingleItem().Text.ShouldContain("hostname is not 'elsewhere'");
        Update(framework, null).ShouldBe(PoolOutcome.Ok);
        pool.OffersTo("f").ShouldHaveSingleItem();
    }

    /// <summary>Found by the simulation.</summary>
    [Fact]
    public void What_executors_hold_counts_for_those_who_set_a_limit()
    {
        var agent = pool.Register("a1");
        pool.Register("a2");
        var framework = pool.Subscribe("f");
        var task = PoolUnderTest.Task("1", agent, "cpus:1;mem:100");
        task.Command = null;
        task.Executor = new ExecutorInfo { ExecutorId = new ExecutorID { Value = "x" }, Command = new CommandInfo { Value = "run" } };
        task.Executor.Resources.Add(ResourceText.Parse("cpus:2;mem:100").ToMessages());
        pool.Accept(framework, pool.OffersTo("f").Where(offer => offer.AgentId.Value == agent), task);

        Quota("role", limits: "cpus:2").ShouldBeOfType<PoolOutcome.Refused>().Message.ShouldContain("uses cpus:3");
        Quota("role", limits: "cpus:5").ShouldBe(PoolOutcome.Ok);

        pool.OffersTo("f").Sum(offer => offer.Resources.ToBag().Amount("cpus").ToDouble()).ShouldBeLessThanOrEqualTo(2);
    }

    private PendingOutcome WhyPending(string framework) => PendingViews.Ask(
        pool.State, new PendingQuestion(framework, "role"), new Visibility(AccessRules.Everybody, Caller.Platform), pool.Now);

    private PoolOutcome Update(string framework, OfferConstraints? constraints) => pool.Call(framework, call =>
    {
        call.Type = SchedulerCall.Types.Type.UpdateFramework;
        call.UpdateFramework = new() { FrameworkInfo = pool.State.Frameworks[framework].Info.Clone() };
        if (constraints is not null)
            call.UpdateFramework.OfferConstraints = constraints;
    });

    private PoolOutcome Weight(string role, double weight) =>
        pool.Do(new PoolCommand.UpdateWeights([new WeightInfo { Role = role, Weight = weight }], Caller.Platform));

    private PoolOutcome Quota(string role, string guarantees = "", string limits = "", bool force = false)
    {
        var config = new QuotaConfig { Role = role };
        foreach (var (name, amount) in ResourceText.Parse(guarantees).Quantities)
            config.Guarantees[name] = new Value.Types.Scalar { Value = amount.ToDouble() };
        foreach (var (name, amount) in ResourceText.Parse(limits).Quantities)
            config.Limits[name] = new Value.Types.Scalar { Value = amount.ToDouble() };
        return pool.Do(new PoolCommand.UpdateQuotas([config], force, Caller.Platform));
    }
}
