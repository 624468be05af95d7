using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Allocation;

public class LendingTests
{
    private static readonly FrameworkTraits Borrower = new() { TakesRevocable = true };

    private readonly Allocator _allocator = new(AllocatorSettings.Default with { LendsIdle = true });

    [Fact]
    public void Lends_what_is_reserved_and_idle_and_keeps_it_free_for_its_owner()
    {
        _allocator.AddAgent("S0", ResourceText.Parse("cpus(owner):4;mem(owner):1024"));
        _allocator.SetFramework("B", ["any"], isActive: true, Borrower);
        _allocator.SetFramework("P", ["plain"], isActive: true);
        var lent = Round().ShouldHaveSingleItem();
        lent.FrameworkId.ShouldBe("B");
        lent.Resources.ShouldAllBe(entry => entry.Kind.IsRevocable && !entry.Kind.IsReserved);
        lent.Resources.Amount("cpus").ShouldBe(ResourceAmount.FromUnits(4));
        Round().ShouldBeEmpty();
        _allocator.SetFramework("O", ["owner"], isActive: true);
        Round().ShouldHaveSingleItem().Resources.ToString().ShouldBe("cpus(owner):4;mem(owner):1024");
    }

    [Fact]
    public void Lends_what_a_guarantee_keeps_free_and_counts_it_towards_no_quota()
    {
        _allocator.AddAgent("S0", ResourceText.Parse("cpus:4;mem:1024"));
        var all = ResourceText.Parse("cpus:4;mem:1024").Quantities;
        _allocator.SetQuota("sure", new Quota(all, ResourceQuantities.Empty));
        _allocator.SetQuota("any", new Quota(ResourceQuantities.Empty, ResourceText.Parse("cpus:1").Quantities));
        _allocator.SetFramework("B", ["any"], isActive: true, Borrower);
        Round().ShouldHaveSingleItem().Resources.Amount("cpus").ShouldBe(ResourceAmount.FromUnits(4));
        _allocator.ConsumedQuota("any").ShouldBe(ResourceQuantities.Empty);
        _allocator.SetFramework("S", ["sure"], isActive: true);
        Round().ShouldHaveSingleItem().Resources.Quantities.ShouldBe(all);
    }

    [Fact]
    public void The_lowest_priority_gives_back_first_and_no_more_than_is_missing()
    {
        _allocator.AddAgent("S0", ResourceText.Parse("cpus(owner):6;mem(owner):600"));
        foreach (var (framework, priority) in new[] { ("high", 2), ("low", 1), ("middle", 1) })
        {
            _allocator.SetFramework(framework, ["any"], isActive: true, Borrower with { Priority = priority });
            _allocator.Give(framework, "any", "S0", Revocable(framework == "low" ? 1 : 2, 100));
        }

        _allocator.WhoGivesBack("S0", ResourceText.Parse("cpus:2.5").Quantities).ShouldBe(
        [
            new("middle", "any", "S0", Revocable(2, 0)),
            new("low", "any", "S0", Revocable(0.5, 0)),
        ]);
        _allocator.WhoGivesBack("S0", ResourceText.Parse("mem:250").Quantities).Select(back => back.FrameworkId).ShouldBe(["middle", "low", "high"]);
        _allocator.WhoGivesBack("S0", ResourceQuantities.Empty).ShouldBeEmpty();
    }

    [Fact]
    public void What_was_lent_and_came_back_is_lent_again_unless_it_was_refused()
    {
        _allocator.AddAgent("S0", ResourceText.Parse("cpus(owner):4"));
        _allocator.SetFramework("B", ["any"], isActive: true, Borrower);
        var lent = Round().ShouldHaveSingleItem();
        _allocator.Recover("B", "any", "S0", lent.Resources);
        Round().ShouldHaveSingleItem();
        _allocator.Decline("B", "any", "S0", lent.Resources, DateTimeOffset.MaxValue);
        Round().ShouldBeEmpty();
        _allocator.Free("S0").ToString().ShouldBe("cpus(owner):4");
    }

    private static ResourceBag Revocable(double cpus, double mem) => ResourceBag.Of(
        ResourceText.Parse(System.FormattableString.Invariant($"cpus:{cpus};mem:{mem}"))
            .Select(entry => entry with { Kind = new ResourceKind(entry.Kind.Name, revocable: true) }));

    private IReadOnlyList<OfferedResources> Round() => _allocator.Allocate(new AllocationRound(default, 1));
}
