using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Tests.Allocation;

public class QuotaTests
{
    private static readonly ResourceBag Host = ResourceText.Parse("cpus:4;mem:4096;ports:[31000-31999]");
    private readonly Allocator _allocator = new();

    [Fact]
    public void Cuts_offers_to_the_limit_and_gives_the_rest_to_others()
    {
        _allocator.AddAgent("S0", Host);
        _allocator.SetFramework("F0", ["a"], isActive: true);
        _allocator.SetQuota("a", Limit("cpus:1.5"));
        Round().ShouldHaveSingleItem().Resources.Amount("cpus").ShouldBe(ResourceAmount.FromDouble(1.5));
        Round().ShouldBeEmpty();
        _allocator.SetFramework("F1", ["b"], isActive: true);
        Round().ShouldHaveSingleItem().Resources.ToString().ShouldBe("cpus:2.5");
    }

    [Fact]
    public void Counts_a_limit_over_all_roles_below()
    {
        _allocator.AddAgent("S0", Host);
        _allocator.SetFramework("F0", ["a/x"], isActive: true);
        _allocator.SetFramework("F1", ["a/y"], isActive: true);
        _allocator.SetQuota("a", Limit("cpus:3;mem:0"));
        _allocator.Give("F1", "a/y", "S0", ResourceText.Parse("cpus:2"));
        Round().ShouldHaveSingleItem().Resources.ToString().ShouldBe("cpus:1;ports:[31000-31999]");
    }

    [Fact]
    public void Serves_unmet_guarantees_before_all_others()
    {
        _allocator.AddAgent("S0", Host);
        _allocator.SetFramework("F0", ["a"], isActive: true);
        _allocator.SetFramework("F1", ["z"], isActive: true);
        _allocator.SetQuota("z", new Quota(ResourceText.Parse("cpus:3;mem:4096").Quantities, ResourceQuantities.Empty));
        var offers = Round();
        offers[0].ShouldBe(new OfferedResources("F1", "z", "S0", ResourceText.Parse("cpus:3;mem:4096;ports:[31000-31999]")));
        offers[1].ShouldBe(new OfferedResources("F0", "a", "S0", ResourceText.Parse("cpus:1")));
    }

    [Fact]
    public void Keeps_free_what_a_guarantee_will_need()
    {
        _allocator.AddAgent("S0", Host);
        _allocator.AddAgent("S1", Host);
        _allocator.SetFramework("F0", ["a"], isActive: true);
        _allocator.SetQuota("z", new Quota(ResourceText.Parse("cpus:6").Quantities, ResourceQuantities.Empty));
        var given = Round().Aggregate(ResourceAmount.Zero, (sum, offer) => sum + offer.Resources.Amount("cpus"));
        given.ShouldBe(ResourceAmount.FromUnits(2));
    }

    [Fact]
    public void Refuses_a_guarantee_above_its_limit() =>
        Should.Throw<ArgumentException>(() => _allocator.SetQuota("a", new Quota(
            ResourceText.Parse("cpus:2").Quantities, ResourceText.Parse("cpus:1").Quantities)))
            .Message.ShouldContain("cpus:2 is above the limit 1");

    private static Quota Limit(string text) => new(ResourceQuantities.Empty, ResourceQuantities.Of(
        text.Split(';').Select(part => part.Split(':')).Select(part =>
            KeyValuePair.Create(part[0], ResourceAmount.FromDouble(double.Parse(part[1], System.Globalization.CultureInfo.InvariantCulture))))));

    private IReadOnlyList<OfferedResources> Round() => _allocator.Allocate(new AllocationRound(default, 1));
}
