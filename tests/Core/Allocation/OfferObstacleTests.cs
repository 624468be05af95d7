using DataPlatform.Core.Allocation;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using Predicate = DataPlatform.Core.Protocol.Mesos.AttributeConstraint.Types.Predicate;
using Pseudo = DataPlatform.Core.Protocol.Mesos.AttributeConstraint.Types.Selector.Types.PseudoattributeType;

namespace DataPlatform.Core.Tests.Allocation;

/// <summary>Each thing that keeps an agent from a framework: nothing is offered, and the reason is told.</summary>
public class OfferObstacleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Allocator _allocator = new(AllocatorSettings.Default with { Region = "here" });

    [Fact]
    public void Agents_with_gpus_are_for_frameworks_that_ask_for_gpus()
    {
        _allocator.AddAgent("S0", ResourceText.Parse("cpus:4;mem:512;gpus:2"));
        Join(FrameworkTraits.Plain);
        WhyNothing().ShouldBe(new OfferObstacle.HasGpus());
        Join(new FrameworkTraits { TakesGpus = true });
        IsOffered();
    }

    [Fact]
    public void Agents_of_another_region_are_for_frameworks_that_know_of_regions()
    {
        _allocator.AddAgent("S0", ResourceText.Parse("cpus:4"), traits: new AgentTraits("h", "there", "z", []));
        Join(FrameworkTraits.Plain);
        WhyNothing().ShouldBe(new OfferObstacle.OtherRegion("there"));
        Join(new FrameworkTraits { TakesOtherRegions = true });
        IsOffered();
    }

    [Fact]
    public void Refined_reservations_are_for_frameworks_that_know_of_them()
    {
        var refined = new ResourceKind("cpus", reservations: [new Reservation(ReservationType.Static, "a"), new Reservation(ReservationType.Dynamic, "a/b")]);
        _allocator.AddAgent("S0", [new ResourceEntry(refined, new ResourceValue.Scalar(ResourceAmount.FromUnits(4)))]);
        Join(FrameworkTraits.Plain, "a/b");
        WhyNothing("a/b").ShouldBeOfType<OfferObstacle.TooLittle>().Available.ShouldBe(ResourceBag.Empty);
        Join(new FrameworkTraits { TakesRefined = true }, "a/b");
        IsOffered("a/b");
    }

    [Fact]
    public void A_shared_volume_is_counted_once_and_stays_free_for_others_who_share()
    {
        var volume = new ResourceKind("disk", reservations: [new Reservation(ReservationType.Static, "a")], shared: true,
            disk: new Resource.Types.DiskInfo { Persistence = new() { Id = "v" }, Volume = new() { ContainerPath = "v", Mode = Volume.Types.Mode.Rw } });
        ResourceBag shared = [new ResourceEntry(volume, new ResourceValue.Scalar(ResourceAmount.FromUnits(100)))];
        _allocator.AddAgent("S0", ResourceText.Parse("cpus:4;disk:300").Add(shared));
        Join(new FrameworkTraits { TakesShared = true }, "a");
        _allocator.Give("F0", "a", "S0", ResourceText.Parse("cpus:0.2").Add(shared));
        _allocator.Give("F0", "a", "S0", ResourceText.Parse("cpus:0.2").Add(shared));
        _allocator.ShareOf("a").ShouldBe(0.25);
        _allocator.Allocate(new AllocationRound(Now, 1)).ShouldHaveSingleItem().Resources.Find(volume).ShouldNotBeNull();
        _allocator.Recover("F0", "a", "S0", ResourceText.Parse("cpus:0.2").Add(shared));
        _allocator.SetFramework("F1", ["a"], isActive: true);
        _allocator.Recover("F0", "a", "S0", _allocator.Held("F0", "a", "S0"));
        _allocator.ShareOf("a").ShouldBe(0);
        _allocator.Suppress("F0", []);
        _allocator.Allocate(new AllocationRound(Now, 1)).ShouldHaveSingleItem().Resources.Find(volume).ShouldBeNull();
    }

    [Theory]
    [InlineData("rack", "r1", true)]
    [InlineData("rack", "r2", false)]
    [InlineData("hostname", "h.example", true)]
    [InlineData("zone", "z", true)]
    [InlineData("level", "anything: a number is no text", true)]
    [InlineData("none", "x", false)]
    public void Texts_are_compared_with_what_constraints_ask_for(string subject, string text, bool isOffered)
    {
        AddAgentWithAttributes();
        Constrain([[Constraint(subject, new Predicate { TextEquals = new() { Value = text } })]]);
        (Why() is null).ShouldBe(isOffered);
        _allocator.Allocate(new AllocationRound(Now, 1)).Count.ShouldBe(isOffered ? 1 : 0);
    }

    [Fact]
    public void One_group_of_constraints_must_be_met_whole()
    {
        AddAgentWithAttributes();
        var rack = Constraint("rack", new Predicate { TextMatches = new() { Regex = "r[0-9]" } });
        var absent = Constraint("gpu-model", new Predicate { Exists = new() });
        Constrain([[rack, absent]]);
        WhyNothing().ShouldBeOfType<OfferObstacle.ConstraintUnmet>().Constraint.ShouldBe("attribute 'gpu-model' is not there");
        Constrain([[rack, absent], [rack]]);
        IsOffered();
    }

    [Fact]
    public void A_pattern_matches_the_whole_text()
    {
        AddAgentWithAttributes();
        Constrain([[Constraint("rack", new Predicate { TextMatches = new() { Regex = "r" } })]]);
        WhyNothing().ShouldBeOfType<OfferObstacle.ConstraintUnmet>();
        Constrain([[Constraint("rack", new Predicate { TextNotMatches = new() { Regex = "r" } })]]);
        IsOffered();
    }

    [Fact]
    public void Constraints_count_for_agents_that_come_later_and_after_a_revival()
    {
        Constrain([[Constraint("rack", new Predicate { TextEquals = new() { Value = "r2" } })]]);
        AddAgentWithAttributes();
        WhyNothing().ShouldBeOfType<OfferObstacle.ConstraintUnmet>();
        _allocator.Revive("F0", []);
        WhyNothing().ShouldBeOfType<OfferObstacle.ConstraintUnmet>();
        _allocator.UpdateAgent("S0", ResourceText.Parse("cpus:4"), new AgentTraits("h", null, null, AttributeText.Parse("rack:r2")));
        IsOffered();
    }

    [Fact]
    public void Constraints_that_make_no_sense_are_refused_with_the_reason()
    {
        AgentConstraints.WhyNot(Message([])).ShouldNotBeNull().ShouldContain("no groups");
        AgentConstraints.WhyNot(Message([[]])).ShouldNotBeNull().ShouldContain("at least one");
        AgentConstraints.WhyNot(Message([[Constraint("a", new Predicate())]])).ShouldNotBeNull().ShouldContain("none of exists");
        AgentConstraints.WhyNot(Message([[Constraint("a", new Predicate { TextMatches = new() { Regex = "(" } })]])).ShouldNotBeNull().ShouldContain("regex");
        AgentConstraints.WhyNot(Message([[Constraint("a", new Predicate { TextMatches = new() { Regex = new string('a', 300) } })]])).ShouldNotBeNull().ShouldContain("256");
        AgentConstraints.WhyNot(null).ShouldBeNull();
    }

    [Fact]
    public void A_framework_may_want_more_or_less_than_others_in_an_offer()
    {
        _allocator.AddAgent("S0", ResourceText.Parse("cpus:0.005;mem:16"));
        Join(FrameworkTraits.Plain);
        WhyNothing().ShouldBeOfType<OfferObstacle.TooLittle>();
        Join(Wanting("cpus:0.001"));
        IsOffered();
        _allocator.Recover("F0", "r", "S0", _allocator.Held("F0", "r", "S0"));
        Join(Wanting("cpus:1"));
        WhyNothing().ShouldBeOfType<OfferObstacle.TooLittle>();
    }

    [Fact]
    public void What_others_hold_is_named()
    {
        _allocator.AddAgent("S0", ResourceText.Parse("cpus:4;cpus(other):2"));
        Join(FrameworkTraits.Plain);
        _allocator.SetFramework("F1", ["x"], isActive: true);
        _allocator.Give("F1", "x", "S0", ResourceText.Parse("cpus:3"));
        var obstacle = _allocator.WhyNot("F0", "r", "S0", Now, ResourceText.Parse("cpus:2").Quantities).ShouldBeOfType<OfferObstacle.TooLittle>();
        obstacle.Available.ToString().ShouldBe("cpus:1");
        obstacle.Holdings.ShouldBe([new("F1", "x", ResourceText.Parse("cpus:3"))]);
        obstacle.Text.ShouldContain("F1 (x) holds cpus:3");
    }

    [Fact]
    public void Limits_and_guarantees_of_others_are_named()
    {
        _allocator.AddAgent("S0", ResourceText.Parse("cpus:4"));
        Join(FrameworkTraits.Plain, "a/b");
        _allocator.SetQuota("a", new Quota(ResourceQuantities.Empty, ResourceText.Parse("cpus:2").Quantities));
        _allocator.Give("F0", "a/b", "S0", ResourceText.Parse("cpus:2"));
        WhyNothing("a/b").ShouldBe(new OfferObstacle.LimitReached("a", "cpus", ResourceAmount.FromUnits(2), ResourceAmount.FromUnits(2)));
        _allocator.SetQuota("a", Quota.None);
        _allocator.SetQuota("z", new Quota(ResourceText.Parse("cpus:9").Quantities, ResourceQuantities.Empty));
        WhyNothing("a/b").ShouldBeOfType<OfferObstacle.KeptForGuarantees>().Roles.ShouldBe([new("z", ResourceAmount.FromUnits(9))]);
    }

    [Fact]
    public void The_framework_s_own_doing_is_named()
    {
        _allocator.WhyNot("F0", "r", "S0", Now).ShouldBe(new OfferObstacle.NotInRole());
        Join(FrameworkTraits.Plain);
        _allocator.WhyNot("F0", "r", "S0", Now).ShouldBe(new OfferObstacle.UnknownAgent());
        _allocator.AddAgent("S0", ResourceText.Parse("cpus:4"));
        Why().ShouldBeNull();
        _allocator.Refuse("F0", "r", "S0", ResourceText.Parse("cpus:4"), Now.AddMinutes(1));
        WhyNothing().ShouldBe(new OfferObstacle.Refused(Now.AddMinutes(1)));
        _allocator.WhyNot("F0", "r", "S0", Now.AddMinutes(1)).ShouldBeNull();
        _allocator.Suppress("F0", []);
        WhyNothing().ShouldBe(new OfferObstacle.Suppressed());
        _allocator.Revive("F0", []);
        _allocator.SetFrameworkActive("F0", false);
        WhyNothing().ShouldBe(new OfferObstacle.FrameworkAway());
        _allocator.SetFrameworkActive("F0", true);
        _allocator.SetAgentActive("S0", false);
        WhyNothing().ShouldBe(new OfferObstacle.AgentInactive());
    }

    private static FrameworkTraits Wanting(string least) => new()
    {
        LeastAllocatable = new Dictionary<string, IReadOnlyList<ResourceQuantities>> { ["r"] = [ResourceText.Parse(least).Quantities] },
    };

    private static AttributeConstraint Constraint(string subject, Predicate predicate) => new()
    {
        Selector = subject switch
        {
            "hostname" => new() { PseudoattributeType = Pseudo.Hostname },
            "zone" => new() { PseudoattributeType = Pseudo.Zone },
            _ => new() { AttributeName = subject },
        },
        Predicate = predicate,
    };

    private static OfferConstraints Message(AttributeConstraint[][] groups)
    {
        var role = new OfferConstraints.Types.RoleConstraints();
        foreach (var constraints in groups)
        {
            var group = new OfferConstraints.Types.RoleConstraints.Types.Group();
            group.AttributeConstraints.Add(constraints);
            role.Groups.Add(group);
        }

        return new OfferConstraints { RoleConstraints = { ["r"] = role } };
    }

    private void Constrain(AttributeConstraint[][] groups)
    {
        AgentConstraints.TryRead(Message(groups), out var constraints, out var reason).ShouldBeTrue(reason);
        Join(new FrameworkTraits { Constraints = constraints! });
    }

    private void AddAgentWithAttributes() => _allocator.AddAgent("S0", ResourceText.Parse("cpus:4"),
        traits: new AgentTraits("h.example", "here", "z", AttributeText.Parse("rack:r1;level:3")));

    private void Join(FrameworkTraits traits, string role = "r") => _allocator.SetFramework("F0", [role], isActive: true, traits);

    private OfferObstacle? Why(string role = "r") => _allocator.WhyNot("F0", role, "S0", Now);

    private OfferObstacle WhyNothing(string role = "r")
    {
        _allocator.Allocate(new AllocationRound(Now, 1)).ShouldBeEmpty();
        return Why(role).ShouldNotBeNull();
    }

    private void IsOffered(string role = "r")
    {
        Why(role).ShouldBeNull();
        _allocator.Allocate(new AllocationRound(Now, 1)).ShouldHaveSingleItem();
    }
}
