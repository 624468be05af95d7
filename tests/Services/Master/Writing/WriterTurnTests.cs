using DataPlatform.Core.Pool;

namespace DataPlatform.Services.Tests.Master.Writing;

/// <summary>What waits together is made durable together, or did not happen.</summary>
public class WriterTurnTests
{
    [Fact]
    public async Task Commands_that_wait_together_share_one_append()
    {
        var gate = new TaskCompletionSource();
        await using var pool = await RunningPool.StartAsync();
        pool.Journal.Gate = gate.Task;
        var first = pool.DoAsync(RunningPool.Subscribe("first"));
        var others = Enumerable.Range(0, 20).Select(number => pool.DoAsync(RunningPool.Subscribe($"f{number}"))).ToList();
        first.IsCompleted.ShouldBeFalse();
        gate.SetResult();
        (await Task.WhenAll([first, .. others])).ShouldAllBe(outcome => outcome is PoolOutcome.Accepted);
        pool.Journal.Appends.Sum().ShouldBe(1 + 21);
        pool.Journal.Appends.Count.ShouldBeLessThan(6);
    }

    [Fact]
    public async Task An_allocation_of_many_agents_goes_on_turn_by_turn_though_nobody_calls()
    {
        await using var pool = await RunningPool.StartAsync(settings: new PoolSettings { AgentsAllocatedAtOnce = 2 });
        foreach (var agent in Enumerable.Range(0, 9))
            await pool.RegisterAsync($"a{agent}");
        await pool.SubscribeAsync("f");
        await RunningPool.WaitAsync(async () => (await pool.OffersAsync()).Count == 9);
    }

    [Fact]
    public async Task Nothing_of_a_turn_is_seen_before_it_is_durable()
    {
        var gate = new TaskCompletionSource();
        await using var pool = await RunningPool.StartAsync();
        pool.Journal.Gate = gate.Task;
        var waiting = pool.DoAsync(RunningPool.Subscribe("f"));
        (await pool.ReadAsync(state => state.Frameworks.Count)).ShouldBe(0);
        waiting.IsCompleted.ShouldBeFalse();
        gate.SetResult();
        await waiting;
        (await pool.ReadAsync(state => state.Frameworks.Count)).ShouldBe(1);
    }

    [Fact]
    public async Task A_failed_append_takes_the_whole_turn_back_and_ends_the_term()
    {
        await using var pool = await RunningPool.StartAsync();
        var kept = await pool.SubscribeAsync("kept");
        await pool.RegisterAsync("a");
        var agent = await pool.ReadAsync(state => state.Agents.Keys.Single());
        var before = pool.Term;
        var gate = new TaskCompletionSource();
        pool.Journal.Gate = gate.Task;
        var asked = Enumerable.Range(0, 10).Select(number => pool.DoAsync(RunningPool.Subscribe($"f{number}"))).ToList();
        pool.Journal.Fault = "the disk is full";
        gate.SetResult();
        (await Task.WhenAll(asked)).ShouldAllBe(outcome => outcome is PoolOutcome.Refused);

        await pool.NextTermAsync(before);
        pool.Failure.ShouldBeNull();
        (await pool.ReadAsync(state => state.Frameworks.Keys.ToList())).ShouldBe([kept]);
        (await pool.ReadAsync(state => state.RecoveredAgents.Keys.ToList())).ShouldBe([agent]);
    }

    [Fact]
    public async Task While_the_journal_cant_be_written_reads_and_offers_go_on_and_the_reason_is_told()
    {
        var journal = new FaultyJournal();
        string framework, agent;
        await using (var before = await RunningPool.StartAsync(journal))
        {
            framework = await before.SubscribeAsync("f");
            await before.RegisterAsync("a");
            agent = await before.ReadAsync(state => state.Agents.Keys.Single());
        }

        journal.Fault = "the disk is full";
        await using var pool = await RunningPool.StartAsync(journal);
        pool.Condition.IsHealthy.ShouldBeFalse();
        pool.Condition.Text.ShouldContain("the disk is full");

        // Who was known comes back as before: that writes nothing.
        await pool.SubscribeAsync("f", id: framework);
        (await pool.RegisterAsync("a", agent)).ShouldBeOfType<PoolOutcome.Accepted>();
        (await pool.OffersAsync()).Count.ShouldBe(1);

        // Who is new is refused with the reason, and only that.
        (await pool.DoAsync(RunningPool.Subscribe("new"))).ShouldBeOfType<PoolOutcome.Refused>().Message.ShouldContain("the disk is full");
        (await pool.ReadAsync(state => state.Frameworks.Keys.ToList())).ShouldBe([framework]);

        // An agent that no longer answers can't be given up now; those that do are pinged all the same.
        for (var tick = 0; tick < 12; tick++)
            await pool.TickAfterAsync(TimeSpan.FromSeconds(15));
        (await pool.ReadAsync(state => state.Agents.Values.Single().UnansweredPings)).ShouldBeGreaterThan(5);

        journal.Fault = null;
        await pool.TickAfterAsync(TimeSpan.FromSeconds(15));
        pool.Condition.IsHealthy.ShouldBeTrue();
        await pool.SubscribeAsync("new");
    }

    [Fact]
    public async Task What_nobody_asks_for_again_happens_when_the_journal_can_be_written_again()
    {
        var journal = new FaultyJournal();
        await using var pool = await RunningPool.StartAsync(journal);
        await pool.SubscribeAsync("gone", failoverSeconds: 0);
        journal.Fault = "the disk is full";
        var before = pool.Term;
        (await pool.DoAsync(RunningPool.Subscribe("new"))).ShouldBeOfType<PoolOutcome.Refused>();
        var term = await pool.NextTermAsync(before);
        var id = await pool.ReadAsync(state => state.Frameworks.Keys.Single());
        await pool.SubscribeAsync("gone", failoverSeconds: 0, id: id);
        await term.TellAsync(new PoolCommand.SchedulerStreamClosed("gone"));
        (await pool.DoAsync(RunningPool.Subscribe("new"))).ShouldBeOfType<PoolOutcome.Refused>();
        (await pool.ReadAsync(state => state.Frameworks.Count)).ShouldBe(1);

        journal.Fault = null;
        await pool.TickAfterAsync(TimeSpan.FromSeconds(5));
        (await pool.ReadAsync(state => state.Frameworks.Count)).ShouldBe(0);
    }

    [Fact]
    public async Task An_agent_that_comes_back_unchanged_to_the_next_master_writes_nothing()
    {
        var journal = new FaultyJournal();
        string agent;
        await using (var before = await RunningPool.StartAsync(journal))
        {
            await before.RegisterAsync("a");
            agent = await before.ReadAsync(state => state.Agents.Keys.Single());
        }

        await using var pool = await RunningPool.StartAsync(journal);
        var written = journal.Appends.Count;
        await pool.RegisterAsync("a", agent);
        (await pool.ReadAsync(state => state.Agents.Keys.Single())).ShouldBe(agent);
        journal.Appends.Count.ShouldBe(written);
    }

    [Fact]
    public async Task The_journal_is_shortened_while_the_master_runs_and_says_the_same()
    {
        var journal = new FaultyJournal();
        List<string> frameworks;
        await using (var before = await RunningPool.StartAsync(journal, shortenAfter: 10))
        {
            for (var number = 0; number < 35; number++)
                await before.SubscribeAsync($"f{number}");
            await RunningPool.WaitAsync(() => Task.FromResult(journal.SnapshotCount > 0));
            frameworks = await before.ReadAsync(state => state.Frameworks.Keys.Order().ToList());
        }

        await using var pool = await RunningPool.StartAsync(journal);
        (await pool.ReadAsync(state => state.Frameworks.Keys.Order().ToList())).ShouldBe(frameworks);
        (await journal.ReadAsync()).Records.Count.ShouldBeLessThan(35);
    }
}
