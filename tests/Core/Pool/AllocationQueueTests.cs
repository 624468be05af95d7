using DataPlatform.Core.Pool;

namespace DataPlatform.Core.Tests.Pool;

/// <summary>Every agent has its turn, whatever is added and taken meanwhile, and no turn is longer than it may be.</summary>
public sealed class AllocationQueueTests
{
    private readonly AllocationQueue queue = new(mostAtOnce: 3);

    [Fact]
    public void Few_agents_have_their_turn_at_once_and_in_order()
    {
        Join("c", "a", "b");
        queue.Add("b");
        queue.Next.ShouldBe(["b"]);
        queue.AddAll(seed: 7);
        queue.Next.ShouldBe(["a", "b", "c"]);
        queue.Took();
        queue.IsEmpty.ShouldBeTrue();
        queue.Next.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(6)]
    public void Many_agents_take_turns_wherever_it_begins(ulong seed)
    {
        Join("a", "b", "c", "d", "e", "f", "g");
        queue.AddAll(seed);
        var turns = Turns();
        turns.Select(turn => turn.Count).ShouldBe([3, 3, 1]);
        turns.SelectMany(turn => turn).ShouldBe(["a", "b", "c", "d", "e", "f", "g"], ignoreOrder: true);
    }

    [Fact]
    public void A_sweep_goes_all_the_way_round_once_more_when_all_are_added_again()
    {
        Join("a", "b", "c", "d", "e", "f");
        queue.AddAll(seed: 5);
        Take().ShouldBe(["a", "b", "c"]);
        queue.Add("a");
        queue.AddAll(seed: 2);
        Take().ShouldBe(["a", "d", "e"]);
        queue.Join("d1");
        queue.Join("g");
        Turns().ShouldBe([["a", "f", "g"], ["b", "c"]]);
    }

    [Fact]
    public void An_agent_that_leaves_has_no_turn_and_nothing_waits_for_it()
    {
        Join("a", "b", "c", "d");
        queue.AddAll(seed: 0);
        foreach (var agent in new[] { "a", "b", "c", "d" })
            queue.Leave(agent);
        queue.IsEmpty.ShouldBeTrue();
        queue.Next.ShouldBeEmpty();
    }

    [Fact]
    public void Whatever_happens_every_agent_that_waits_has_its_turn()
    {
        var chance = new Random(20261130);
        var there = new HashSet<string>();
        var owed = new HashSet<string>();
        for (var step = 0; step < 20_000; step++)
        {
            var agent = $"S{chance.Next(30)}";
            switch (chance.Next(6))
            {
                case 0:
                    queue.Join(agent);
                    there.Add(agent);
                    break;
                case 1:
                    queue.Leave(agent);
                    there.Remove(agent);
                    owed.Remove(agent);
                    break;
                case 2 when there.Contains(agent):
                    queue.Add(agent);
                    owed.Add(agent);
                    break;
                case 3 when chance.Next(20) == 0:
                    queue.AddAll((ulong)chance.Next());
                    owed.UnionWith(there);
                    break;
                default:
                    var took = queue.Next;
                    took.Count.ShouldBeLessThanOrEqualTo(3);
                    took.ShouldBeSubsetOf(there);
                    owed.ExceptWith(took);
                    queue.Took();
                    break;
            }

            (queue.IsEmpty && owed.Count > 0).ShouldBeFalse($"step {step}");
        }

        Turns();
        queue.IsEmpty.ShouldBeTrue();
    }

    private void Join(params string[] agents)
    {
        foreach (var agent in agents)
            queue.Join(agent);
    }

    private IReadOnlyList<string> Take()
    {
        var taken = queue.Next;
        queue.Took();
        return taken;
    }

    private List<IReadOnlyList<string>> Turns()
    {
        var turns = new List<IReadOnlyList<string>>();
        while (!queue.IsEmpty)
        {
            turns.Add(Take());
            turns.Count.ShouldBeLessThan(100);
        }

        return turns;
    }
}
