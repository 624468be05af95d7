using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;

namespace DataPlatform.Simulation.Tests;

/// <summary>Many frameworks that never have enough, tasks that come and go: whoever has least gets next.</summary>
public class FairnessTests
{
    private static readonly ResourceBag Host = ResourceText.Parse("cpus:8;mem:16384");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Shares_of_those_who_want_more_stay_within_a_few_tasks(int seed)
    {
        var chance = new Random(seed);
        var allocator = new Allocator();
        foreach (var agent in Enumerable.Range(0, 40))
            allocator.AddAgent($"S{agent}", Host);
        // Cpu-heavy and memory-heavy tasks, each a 40th of a host by what dominates it.
        var tasks = Enumerable.Range(0, 10).ToDictionary(
            framework => $"F{framework}",
            framework => ResourceText.Parse(framework % 2 == 0 ? "cpus:0.2;mem:64" : "cpus:0.02;mem:409.6"));
        foreach (var framework in tasks.Keys)
            allocator.SetFramework(framework, [framework], isActive: true);
        var running = new List<(string Framework, string Agent)>();
        for (var round = 0; round < 400; round++)
        {
            foreach (var offer in allocator.Allocate(new AllocationRound(default, (ulong)chance.Next())))
            {
                allocator.Recover(offer.FrameworkId, offer.Role, offer.AgentId, offer.Resources);
                for (var count = 0; count < 3 && allocator.Free(offer.AgentId).Contains(tasks[offer.FrameworkId]); count++)
                {
                    allocator.Give(offer.FrameworkId, offer.Role, offer.AgentId, tasks[offer.FrameworkId]);
                    running.Add((offer.FrameworkId, offer.AgentId));
                }
            }

            for (var ended = running.Count / 100; ended > 0; ended--)
            {
                var (framework, agent) = running[chance.Next(running.Count)];
                running.Remove((framework, agent));
                allocator.Recover(framework, framework, agent, tasks[framework]);
            }
        }

        var shares = tasks.Keys.Select(framework => allocator.ShareOf(framework, framework)).ToList();
        var hostShare = 1.0 / 40;
        (shares.Max() - shares.Min()).ShouldBeLessThan(2 * hostShare, $"seed {seed}: {string.Join(", ", shares)}");
        shares.Min().ShouldBeGreaterThan(0.1, $"seed {seed}");
    }

    [Fact]
    public void Gives_nothing_twice_whatever_is_asked_in_whatever_order()
    {
        var chance = new Random(11);
        var allocator = new Allocator();
        var held = new List<OfferedResources>();
        var now = DateTimeOffset.UnixEpoch;
        foreach (var agent in Enumerable.Range(0, 20))
            allocator.AddAgent($"S{agent}", Host);
        foreach (var framework in Enumerable.Range(0, 9))
            allocator.SetFramework($"F{framework}", [$"r{framework % 2}", $"r{framework % 2}/sub"], isActive: true);
        for (var step = 0; step < 3000; step++)
        {
            now += TimeSpan.FromMilliseconds(chance.Next(500));
            switch (chance.Next(6))
            {
                case 0:
                    held.AddRange(allocator.Allocate(new AllocationRound(now, (ulong)step)));
                    break;
                case 1 when held.Count > 0:
                    var declined = held[chance.Next(held.Count)];
                    held.Remove(declined);
                    allocator.Decline(declined.FrameworkId, declined.Role, declined.AgentId, declined.Resources, now.AddSeconds(chance.Next(20)));
                    break;
                case 2 when held.Count > 0:
                    var place = chance.Next(held.Count);
                    var part = held[place].Resources.Contains(ResourceText.Parse("cpus:1;mem:512")) ? ResourceText.Parse("cpus:1;mem:512") : held[place].Resources;
                    allocator.Recover(held[place].FrameworkId, held[place].Role, held[place].AgentId, part);
                    held[place] = held[place] with { Resources = held[place].Resources.Subtract(part) };
                    if (held[place].Resources.IsEmpty)
                        held.RemoveAt(place);
                    break;
                case 3:
                    allocator.Revive($"F{chance.Next(9)}", []);
                    break;
                case 4:
                    allocator.Suppress($"F{chance.Next(9)}", [$"r{chance.Next(2)}"]);
                    break;
                default:
                    var again = $"F{chance.Next(9)}";
                    if (chance.Next(10) != 0)
                        break;
                    allocator.RemoveFramework(again);
                    held.RemoveAll(offer => offer.FrameworkId == again);
                    allocator.SetFramework(again, ["r0", "r1/sub"], isActive: true);
                    break;
            }

            foreach (var agent in Enumerable.Range(0, 20).Select(agent => $"S{agent}"))
            {
                held.Where(offer => offer.AgentId == agent).Aggregate(allocator.Free(agent), (sum, offer) => sum.Add(offer.Resources))
                    .ShouldBe(Host, $"step {step}");
            }
        }
    }
}
