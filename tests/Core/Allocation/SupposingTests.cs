using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;
using FsCheck.Xunit;

namespace DataPlatform.Core.Tests.Allocation;

public class SupposingTests
{
    [Property(MaxTest = 15)]
    public void What_was_supposed_leaves_no_trace(int seed)
    {
        var (supposing, plain) = (new RandomPool(seed), new RandomPool(seed));
        var chance = new Random(seed);
        for (var step = 0; step < 60; step++)
        {
            supposing.Step();
            plain.Step();
            var allocator = supposing.Allocator;
            using (allocator.SupposeGivenBack(supposing.Held.Where(_ => chance.Next(2) == 0)))
            using (allocator.SupposeQuota("a", new Quota(ResourceQuantities.Empty, ResourceText.Parse($"cpus:{chance.Next(9)}").Quantities)))
            using (allocator.SupposeActive($"S{chance.Next(6)}"))
            using (allocator.SupposeGivenBack(supposing.Held.Take(3)))
            using (allocator.SupposeUnreserved($"S{chance.Next(6)}", RandomPool.Reserver))
            {
                foreach (var client in supposing.Clients)
                    _ = allocator.WhyNot(client.Framework, client.Role, "S0", supposing.Now);
            }

            var round = new AllocationRound(plain.Now, (ulong)step);
            Texts(allocator.Propose(round)).ShouldBe(Texts(plain.Allocator.Propose(round)), $"seed {seed}, step {step}");
            foreach (var (client, agent) in plain.Clients.SelectMany(client => plain.Agents.Select(agent => (client, agent))))
            {
                allocator.WhyNot(client.Framework, client.Role, agent, plain.Now)?.Text
                    .ShouldBe(plain.Allocator.WhyNot(client.Framework, client.Role, agent, plain.Now)?.Text, $"seed {seed}, step {step}");
                allocator.ShareOf(client.Framework, client.Role).ShouldBe(plain.Allocator.ShareOf(client.Framework, client.Role));
            }
        }
    }

    [Fact]
    public void A_raised_limit_is_the_least_that_does()
    {
        var allocator = new Allocator();
        allocator.AddAgent("S0", ResourceText.Parse("cpus:8;mem:4096"));
        allocator.SetFramework("F0", ["team/x"], isActive: true);
        Limit(allocator, "team", "cpus:4");
        Limit(allocator, "team/x", "cpus:3;mem:4096");
        allocator.Give("F0", "team/x", "S0", ResourceText.Parse("cpus:2.5;mem:100"));
        var wanted = ResourceText.Parse("cpus:2;mem:100").Quantities;

        var low = allocator.LimitsToRaise("team/x", wanted);

        low.ShouldBe([("team/x", "cpus", Cpus(3000), Cpus(4500)), ("team", "cpus", Cpus(4000), Cpus(4500))]);
        Ask("cpus:4.5", "cpus:4.5;mem:4096").ShouldBeNull();
        Ask("cpus:4.499", "cpus:4.5;mem:4096").ShouldBeOfType<OfferObstacle.LimitReached>().Role.ShouldBe("team");
        Ask("cpus:4.5", "cpus:4.499;mem:4096").ShouldBeOfType<OfferObstacle.LimitReached>().Role.ShouldBe("team/x");

        OfferObstacle? Ask(string team, string own)
        {
            using (allocator.SupposeQuota("team", Limits(team)))
            using (allocator.SupposeQuota("team/x", Limits(own)))
                return allocator.WhyNot("F0", "team/x", "S0", DateTimeOffset.UnixEpoch, wanted);
        }
    }

    [Fact]
    public void What_is_free_and_no_volume_is_thought_to_be_reserved_no_more()
    {
        var allocator = new Allocator();
        allocator.AddAgent("S0", ResourceText.Parse("cpus:1;cpus(team/a):2").Add(Reserved("cpus:4", "team/a")).Add(Reserved("cpus:8", "team/b")));
        allocator.SetFramework("holder", ["team/a"], isActive: true);
        allocator.SetFramework("other", ["team/c"], isActive: true);
        allocator.Give("holder", "team/a", "S0", Reserved("cpus:1.5", "team/a"));
        Limit(allocator, "team", "cpus:14.5");

        Ask("cpus:1.001").ShouldBeOfType<OfferObstacle.TooLittle>();
        using (allocator.SupposeUnreserved("S0", "team/a"))
        {
            Ask("cpus:3.001").ShouldBeOfType<OfferObstacle.LimitReached>();
            Ask("cpus:3.0").ShouldBeNull();
            using (allocator.SupposeGivenBack([new OfferedResources("holder", "team/a", "S0", Reserved("cpus:1.5", "team/a"))]))
            using (allocator.SupposeUnreserved("S0", "team/a"))
                Ask("cpus:4.5").ShouldBeNull();
            Ask("cpus:3.0").ShouldBeNull();
        }

        Ask("cpus:1.001").ShouldBeOfType<OfferObstacle.TooLittle>();
        allocator.ConsumedQuota("team")["cpus"].ShouldBe(Cpus(14000));

        OfferObstacle? Ask(string wanted) => allocator.WhyNot("other", "team/c", "S0", DateTimeOffset.UnixEpoch, ResourceText.Parse(wanted).Quantities);
    }

    [Fact]
    public void What_is_asked_for_is_never_remembered()
    {
        var allocator = new Allocator();
        allocator.AddAgent("S0", ResourceText.Parse("cpus:8"));
        allocator.SetFramework("F0", ["r"], isActive: true);
        Limit(allocator, "r", "cpus:1");
        allocator.LimitsToRaise("r", ResourceText.Parse("unheard-of:1").Quantities).ShouldBeEmpty();
        allocator.WhyNot("F0", "r", "S0", DateTimeOffset.UnixEpoch, ResourceText.Parse("unheard-of:1").Quantities)
            .ShouldBeOfType<OfferObstacle.TooLittle>();
    }

    [Fact]
    public void Less_than_an_offer_must_hold_is_left_by_the_limit_though_it_is_all_that_is_wanted()
    {
        var allocator = new Allocator();
        allocator.AddAgent("S0", ResourceText.Parse("cpus:8"));
        allocator.SetFramework("F0", ["r"], isActive: true);
        Limit(allocator, "r", "cpus:0.008");
        allocator.WhyNot("F0", "r", "S0", DateTimeOffset.UnixEpoch, ResourceText.Parse("cpus:0.005").Quantities)
            .ShouldBeOfType<OfferObstacle.LimitReached>();
    }

    private static IEnumerable<string> Texts(IEnumerable<OfferedResources> offers) => offers.Select(offer => offer.ToString()!);

    private static ResourceBag Reserved(string resources, string role) => ResourceBag.Of(ResourceText.Parse(resources)
        .Select(entry => entry with { Kind = entry.Kind.WithReservations([new Reservation(ReservationType.Dynamic, role)]) }));

    private static ResourceAmount Cpus(long thousandths) => ResourceAmount.FromThousandths(thousandths);

    private static Quota Limits(string limits) => new(ResourceQuantities.Empty, ResourceText.Parse(limits).Quantities);

    private static void Limit(Allocator allocator, string role, string limits) => allocator.SetQuota(role, Limits(limits));
}
