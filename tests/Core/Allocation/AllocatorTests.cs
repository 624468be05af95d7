using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Allocation;

public class AllocatorTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ResourceBag Host = ResourceText.Parse("cpus:4;mem:4096;ports:[31000-31999]");

    private readonly Allocator _allocator = new();
    private DateTimeOffset _now = Start;
    private ulong _seed;

    [Fact]
    public void Gives_the_whole_rest_of_an_agent_to_one_framework()
    {
        _allocator.AddAgent("S0", Host);
        Join("F0", "analytics");
        Join("F1", "analytics");
        var offer = Round().ShouldHaveSingleItem();
        offer.ShouldBe(new OfferedResources("F0", "analytics", "S0", Host));
        _allocator.Free("S0").ShouldBe(ResourceBag.Empty);
        Round().ShouldBeEmpty();
    }

    [Fact]
    public void Serves_whoever_has_the_smallest_dominant_share()
    {
        // The shares of the paper by Ghodsi and others: memory-heavy A, cpu-heavy B on 9 cpus and 18 GB.
        _allocator.AddAgent("S0", ResourceText.Parse("cpus:9;mem:18"));
        Join("A", "a");
        Join("B", "b");
        _allocator.Give("A", "a", "S0", ResourceText.Parse("cpus:1;mem:4"));
        _allocator.ShareOf("a").ShouldBe(4.0 / 18);
        _allocator.Give("B", "b", "S0", ResourceText.Parse("cpus:3;mem:1"));
        _allocator.ShareOf("b").ShouldBe(3.0 / 9);
        Round().ShouldHaveSingleItem().FrameworkId.ShouldBe("A");
    }

    [Fact]
    public void Orders_nested_roles_level_by_level()
    {
        AddAgents(3);
        Join("F0", "a/x");
        Join("F1", "a/y");
        Join("F2", "b");
        Join("F3", "a");
        // b has nothing and goes first; below a the frameworks of a itself stand beside x and y.
        _allocator.Give("F0", "a/x", "S0", Host);
        Round("S1").ShouldHaveSingleItem().FrameworkId.ShouldBe("F2");
        Round("S2").ShouldHaveSingleItem().FrameworkId.ShouldBe("F3");
    }

    [Fact]
    public void Weighs_shares()
    {
        AddAgents(30);
        Join("F0", "light");
        Join("F1", "heavy");
        _allocator.SetWeight("heavy", 2);
        Round().CountBy(offer => offer.Role).ShouldBe([new("light", 10), new("heavy", 20)], ignoreOrder: true);
    }

    [Fact]
    public void Hides_only_what_lies_within_the_refused()
    {
        _allocator.AddAgent("S0", Host);
        Join("F0", "analytics");
        var task = ResourceText.Parse("cpus:1;mem:1024");
        _allocator.Give("F0", "analytics", "S0", task);
        var offer = Round().ShouldHaveSingleItem();
        Decline(offer, Start.AddHours(1));
        Round().ShouldBeEmpty();
        _allocator.Recover("F0", "analytics", "S0", task);
        Round().ShouldHaveSingleItem().Resources.ShouldBe(Host);
    }

    [Fact]
    public void Offers_what_one_refused_to_the_next_and_again_when_the_time_is_up()
    {
        _allocator.AddAgent("S0", Host);
        Join("F0", "analytics");
        Join("F1", "analytics");
        Decline(Round().ShouldHaveSingleItem(), Start.AddSeconds(5));
        var second = Round().ShouldHaveSingleItem();
        second.FrameworkId.ShouldBe("F1");
        Decline(second, Start.AddSeconds(50));
        Round().ShouldBeEmpty();
        _now = Start.AddSeconds(5);
        Round().ShouldHaveSingleItem().FrameworkId.ShouldBe("F0");
    }

    [Fact]
    public void Keeps_the_later_end_of_two_refusals_of_the_same()
    {
        _allocator.AddAgent("S0", Host);
        Join("F0", "analytics");
        Decline(Round().ShouldHaveSingleItem(), Start.AddSeconds(50));
        _allocator.Refuse("F0", "analytics", "S0", Host, Start.AddSeconds(5));
        _now = Start.AddSeconds(49);
        Round().ShouldBeEmpty();
    }

    [Fact]
    public void Of_very_many_different_refusals_of_one_framework_those_that_end_first_are_forgotten()
    {
        _allocator.AddAgent("S0", Host);
        Join("F0", "analytics");
        Join("F1", "analytics");
        _allocator.Refuse("F1", "analytics", "S0", Host, Start.AddHours(1));
        _allocator.Refuse("F0", "analytics", "S0", Host, Start.AddHours(2));
        for (var other = 1; other < 16; other++)
            _allocator.Refuse("F0", "analytics", "S0", ResourceText.Parse($"cpus:{other};mem:1"), Start.AddHours(2 + other));
        _allocator.Refuse("F0", "analytics", "S0", ResourceText.Parse("cpus:1;mem:1"), Start.AddHours(100));
        Round().ShouldBeEmpty();

        _allocator.Refuse("F0", "analytics", "S0", ResourceText.Parse("cpus:16;mem:1"), Start.AddSeconds(5));

        Decline(Round().ShouldHaveSingleItem(), DateTimeOffset.MaxValue);
        for (var other = 17; other < 1000; other++)
            _allocator.Refuse("F0", "analytics", "S0", ResourceText.Parse($"cpus:{other};mem:1"), Start.AddHours(other));
        Round().ShouldBeEmpty();
    }

    [Fact]
    public void Forgets_refusals_and_suppression_on_revival()
    {
        _allocator.AddAgent("S0", Host);
        Join("F0", "analytics");
        Decline(Round().ShouldHaveSingleItem(), Start.AddHours(1));
        _allocator.Revive("F0", []);
        Decline(Round().ShouldHaveSingleItem(), Start);
        _allocator.Suppress("F0", ["analytics"]);
        Round().ShouldBeEmpty();
        _allocator.Revive("F0", ["analytics"]);
        Round().ShouldHaveSingleItem();
    }

    [Fact]
    public void Offers_nothing_below_the_least()
    {
        _allocator.AddAgent("S0", ResourceText.Parse("cpus:0.009;mem:31;disk:1000"));
        _allocator.AddAgent("S1", ResourceText.Parse("cpus:0.01"));
        Join("F0", "analytics");
        Round().ShouldHaveSingleItem().AgentId.ShouldBe("S1");
    }

    [Fact]
    public void Offers_nothing_of_inactive_agents_and_nothing_to_inactive_frameworks()
    {
        AddAgents(2);
        _allocator.SetAgentActive("S0", false);
        Join("F0", "analytics");
        Join("F1", "analytics");
        _allocator.SetFrameworkActive("F0", false);
        Round().ShouldHaveSingleItem().ShouldBe(new OfferedResources("F1", "analytics", "S1", Host));
    }

    [Fact]
    public void Offers_reserved_resources_to_their_role_and_those_below_it()
    {
        _allocator.AddAgent("S0", ResourceText.Parse("cpus:1;cpus(kafka):2;mem(kafka):512"));
        Join("F0", "spark");
        Round().ShouldHaveSingleItem().Resources.ToString().ShouldBe("cpus:1");
        Join("F1", "kafka/broker");
        Round().ShouldHaveSingleItem().Resources.Amount("cpus").ShouldBe(ResourceAmount.FromUnits(2));
    }

    [Fact]
    public void Gives_back_what_a_removed_framework_or_agent_held()
    {
        AddAgents(2);
        Join("F0", "analytics");
        Round().Count.ShouldBe(2);
        _allocator.RemoveAgent("S1");
        _allocator.ShareOf("analytics").ShouldBe(1.0);
        _allocator.RemoveFramework("F0");
        _allocator.Free("S0").ShouldBe(Host);
        _allocator.ShareOf("analytics").ShouldBe(0);
        _allocator.Recover("F0", "analytics", "S0", Host);
        _allocator.Free("S0").ShouldBe(Host);
    }

    [Fact]
    public void Counts_what_is_held_in_a_role_that_was_left()
    {
        AddAgents(1);
        Join("F0", "old");
        Round().ShouldHaveSingleItem();
        Join("F0", "new");
        _allocator.ShareOf("old").ShouldBe(1.0);
        Decline(new OfferedResources("F0", "old", "S0", Host), Start.AddHours(1));
        Round().ShouldHaveSingleItem().Role.ShouldBe("new");
    }

    [Fact]
    public void Takes_an_agent_that_came_back_with_less_than_is_held()
    {
        AddAgents(1);
        Join("F0", "analytics");
        _allocator.Give("F0", "analytics", "S0", ResourceText.Parse("cpus:3;mem:512"));
        _allocator.UpdateAgent("S0", ResourceText.Parse("cpus:2;mem:1024"));
        _allocator.Free("S0").ToString().ShouldBe("mem:512");
        _allocator.Recover("F0", "analytics", "S0", ResourceText.Parse("cpus:2"));
        _allocator.Free("S0").ToString().ShouldBe("cpus:1;mem:512");
        _allocator.Recover("F0", "analytics", "S0", ResourceText.Parse("cpus:1;mem:512"));
        _allocator.Free("S0").ToString().ShouldBe("cpus:2;mem:1024");
    }

    [Fact]
    public void Refuses_to_take_back_more_than_is_held()
    {
        AddAgents(1);
        Join("F0", "analytics");
        _allocator.Give("F0", "analytics", "S0", ResourceText.Parse("cpus:1"));
        Should.Throw<InvalidOperationException>(() => _allocator.Recover("F0", "analytics", "S0", ResourceText.Parse("cpus:2")))
            .Message.ShouldContain("cpus:2 cannot come back");
    }

    [Fact]
    public void Proposes_what_it_would_allocate_and_leaves_no_trace()
    {
        AddAgents(20);
        Join("F0", "a");
        Join("F1", "b/c");
        Join("F2", "b/d");
        var round = new AllocationRound(_now, 7);
        var proposed = _allocator.Propose(round);
        _allocator.Propose(round).ShouldBe(proposed);
        _allocator.Free("S0").ShouldBe(Host);
        _allocator.Allocate(round).ShouldBe(proposed);
    }

    [Fact]
    public void Gives_the_same_offers_for_the_same_seed_and_others_for_another()
    {
        IReadOnlyList<OfferedResources> Make(ulong seed)
        {
            var allocator = new Allocator();
            foreach (var agent in Enumerable.Range(0, 50))
                allocator.AddAgent($"S{agent}", Host);
            foreach (var framework in Enumerable.Range(0, 7))
                allocator.SetFramework($"F{framework}", [$"r{framework % 3}"], isActive: true);
            return allocator.Allocate(new AllocationRound(Start, seed));
        }

        Make(1).ShouldBe(Make(1));
        Make(1).ShouldNotBe(Make(2));
    }

    private IReadOnlyList<OfferedResources> Round(params string[] agents) =>
        _allocator.Allocate(new AllocationRound(_now, _seed++, agents.Length == 0 ? null : agents));

    private void Decline(OfferedResources offer, DateTimeOffset until) =>
        _allocator.Decline(offer.FrameworkId, offer.Role, offer.AgentId, offer.Resources, until);

    private void Join(string framework, string role) => _allocator.SetFramework(framework, [role], isActive: true);

    private void AddAgents(int count)
    {
        foreach (var agent in Enumerable.Range(0, count))
            _allocator.AddAgent($"S{agent}", Host);
    }
}
