using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;
using FsCheck.Xunit;

namespace DataPlatform.Core.Tests.Allocation;

/// <summary>What holds in every pool, whatever was asked in whatever order: each run is a history from its seed.</summary>
public class AllocatorPropertyTests
{
    private const int Steps = 80;

    [Property(MaxTest = 20)]
    public void Parts_equal_the_total_and_limits_hold(int seed)
    {
        var pool = new RandomPool(seed);
        for (var step = 0; step < Steps; step++)
        {
            pool.Step();
            pool.CheckParts(step);
            pool.CheckLimits(step);
        }
    }

    [Property(MaxTest = 15)]
    public void The_reasons_say_what_a_round_does(int seed)
    {
        var pool = new RandomPool(seed);
        for (var step = 0; step < Steps; step++)
        {
            pool.Step();
            foreach (var agent in pool.Agents)
            {
                var mayGet = pool.Clients.Where(client => pool.Allocator.WhyNot(client.Framework, client.Role, agent, pool.Now) is null).ToList();
                var offered = pool.Allocator.Propose(new AllocationRound(pool.Now, (ulong)step, [agent]));
                (offered.Count > 0).ShouldBe(mayGet.Count > 0, $"seed {seed}, step {step}, agent {agent}: {string.Join(", ", mayGet)}");
                if (offered.Count > 0)
                    mayGet.ShouldContain((offered[0].FrameworkId, offered[0].Role), $"seed {seed}, step {step}");
            }
        }
    }

    [Property(MaxTest = 15)]
    public void Counting_step_by_step_is_counting_from_the_beginning(int seed)
    {
        var pool = new RandomPool(seed);
        for (var step = 0; step < Steps; step++)
            pool.Step();
        var before = pool.Quotas.ToDictionary(pair => pair.Key, pair => pool.Allocator.ConsumedQuota(pair.Key));
        foreach (var (role, quota) in pool.Quotas)
            pool.Allocator.SetQuota(role, quota);
        foreach (var (role, consumed) in before)
            pool.Allocator.ConsumedQuota(role).ShouldBe(consumed, $"seed {seed}, role {role}");
    }

    [Property(MaxTest = 20)]
    public void Guarantees_are_met_when_they_can_be(int seed)
    {
        var chance = new Random(seed);
        var allocator = new Allocator();
        foreach (var agent in Enumerable.Range(0, 20))
            allocator.AddAgent($"S{agent}", ResourceText.Parse("cpus:4;mem:4096"));
        var frameworks = Enumerable.Range(0, 8).ToDictionary(each => $"F{each}", each => each < 4 ? $"sure/{each % 2}" : $"r{each}");
        foreach (var (framework, role) in frameworks)
            allocator.SetFramework(framework, [role], isActive: true);
        var guarantee = ResourceText.Parse($"cpus:{chance.Next(1, 70)};mem:{chance.Next(1024, 60_000)}").Quantities;
        allocator.SetQuota("sure", new Quota(guarantee, ResourceQuantities.Empty));
        var held = ResourceQuantities.Empty;
        for (var round = 0; round < 30; round++)
        {
            foreach (var offer in allocator.Allocate(new AllocationRound(default, (ulong)chance.Next())))
            {
                if (RoleName.IsSameOrBelow(offer.Role, "sure"))
                    held = held.Add(offer.Resources.Quantities);
                else if (chance.Next(3) == 0)
                    allocator.Recover(offer.FrameworkId, offer.Role, offer.AgentId, offer.Resources);
            }
        }

        held.Contains(guarantee).ShouldBeTrue($"seed {seed}: {guarantee} is guaranteed, {held} is held");
    }

    [Property(MaxTest = 20)]
    public void Nobody_starves_beside_those_who_decline_and_ask_again(int seed)
    {
        var chance = new Random(seed);
        var allocator = new Allocator();
        foreach (var agent in Enumerable.Range(0, 3))
            allocator.AddAgent($"S{agent}", ResourceText.Parse("cpus:4;mem:4096"));
        var frameworks = Enumerable.Range(0, 12).Select(each => $"F{each}").ToList();
        foreach (var framework in frameworks)
            allocator.SetFramework(framework, [$"r{chance.Next(3)}"], isActive: true);
        var served = new HashSet<string>();
        for (var round = 0; round < 60 && served.Count < frameworks.Count; round++)
        {
            foreach (var offer in allocator.Allocate(new AllocationRound(default, (ulong)chance.Next())))
            {
                served.Add(offer.FrameworkId);
                allocator.Recover(offer.FrameworkId, offer.Role, offer.AgentId, offer.Resources);
                allocator.Revive(offer.FrameworkId, []);
            }
        }

        served.Count.ShouldBe(frameworks.Count, $"seed {seed}");
    }

    [Fact]
    public void Equals_are_served_by_id()
    {
        var allocator = new Allocator();
        foreach (var framework in new[] { "F2", "F0", "F1" })
            allocator.SetFramework(framework, ["r"], isActive: true);
        allocator.AddAgent("S0", ResourceText.Parse("cpus:4"));
        allocator.AddAgent("S1", ResourceText.Parse("cpus:4"));
        allocator.AddAgent("S2", ResourceText.Parse("cpus:4"));
        allocator.Allocate(new AllocationRound(default, 5)).Select(offer => offer.FrameworkId).ShouldBe(["F0", "F1", "F2"]);
    }
}
