using System.Net;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Integration.Tests.Networks;
using DataPlatform.Integration.Tests.Platform;

namespace DataPlatform.Integration.Tests.Master;

/// <summary>The leader's network is cut, with tasks running all along.</summary>
[Collection(nameof(NetworkedPool))]
public sealed class LeaderPartitionTests : PartitionTests
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(30);

    public LeaderPartitionTests(NetworkedPool pool, ITestOutputHelper output) : base(pool, output)
    {
    }

    [Theory]
    [InlineData(Cut.BothWays)]
    [InlineData(Cut.Sending)]
    [InlineData(Cut.Receiving)]
    public async Task Another_leads_when_the_leader_is_cut_off_from_the_database_and_no_two_of_them_make_offers(Cut cut)
    {
        var leader = await pool.WholeAsync();
        // One that knows no other master stays with the old leader for as long as that one keeps it.
        await using var loyal = pool.NewFramework("loyal", leader);
        loyal.DeclinesAll = true;
        await loyal.SubscribeAsync();
        await OffersComeAsync(loyal, 0);
        await OffersComeAsync(pool.Framework, 0);
        var (epoch, term, since) = (pool.Lease.Epoch, Term(loyal.Offered[^1].Offer), DateTime.UtcNow);

        pool.Network.Cut(leader.Host, cut, pool.Database);
        var late = leader.SubscribeAsync(pool.Credentials.Frameworks);
        var next = await pool.LeaderAsync(except: leader);
        var led = DateTime.UtcNow;

        (await leader.HealthAsync()).ShouldNotBe("leading");
        (await late).Status.ShouldBe(HttpStatusCode.ServiceUnavailable, "what the old leader can't write down has not happened");
        (await leader.SubscribeAsync(pool.Credentials.Frameworks)).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await Eventually.HoldsAsync(() => pool.Framework.Offered.Any(IsNew), "an offer of the next leader", pool.Logs);
        var (end, first) = (pool.Lease.EndOf(epoch), pool.Framework.Offered.First(IsNew).Time);
        output.WriteLine($"{cut}: the lease ended {(end - since).TotalSeconds:0.0} s after the cut; another led {(led - end).TotalSeconds:0.0} s, the first new offer came {(first - end).TotalSeconds:0.0} s after its end");
        (first - end).ShouldBeLessThan(Generous);
        loyal.Offered.Concat(pool.Framework.Offered).Where(offered => offered.Time > end && Term(offered.Offer) == term)
            .ShouldBeEmpty("an offer of the old leader came after its lease");
        await pool.Tasks.AreUntouchedAsync();

        pool.Network.Heal();
        await Eventually.HoldsAsync(async () => await leader.HealthAsync() == $"following {next.Authority}", "the old leader to follow", pool.Logs);
        (await leader.SubscribeAsync(pool.Credentials.Frameworks)).ShouldBe((HttpStatusCode.TemporaryRedirect, $"//{next.Authority}/api/v1/scheduler"));
        (await next.HealthAsync()).ShouldBe("leading");
        (await pool.WholeAsync()).ShouldBe(next);
        await RunAsync(pool.Tasks.Ids);
        await pool.Tasks.AreUntouchedAsync();

        bool IsNew((DateTime Time, Offer Offer) offered) => offered.Time > since && Term(offered.Offer) != term;
    }

    [Fact]
    public async Task Agents_and_frameworks_find_the_next_leader_when_the_leaders_host_is_gone_without_a_word()
    {
        var leader = await pool.WholeAsync();
        await OffersComeAsync(pool.Framework, pool.Framework.Offered.Count);
        var (epoch, term, since, from) = (pool.Lease.Epoch, Term(pool.Framework.Offered[^1].Offer), DateTime.UtcNow, pool.Framework.Subscriptions);

        pool.Network.Cut(leader.Host, Cut.BothWays, [pool.Database, pool.Scheduler, .. pool.Masters.Where(master => master != leader).Select(master => master.Host), .. pool.Agents.Values.Select(agent => agent.Host)]);
        var next = await pool.LeaderAsync(except: leader);

        await Eventually.HoldsAsync(() => pool.Framework.Offered.Any(offered => offered.Time > since && Term(offered.Offer) != term), "an offer of the next leader", pool.Logs, TimeSpan.FromSeconds(60));
        var (end, first) = (pool.Lease.EndOf(epoch), pool.Framework.Offered.First(offered => offered.Time > since && Term(offered.Offer) != term).Time);
        output.WriteLine($"the lease ended {(end - since).TotalSeconds:0.0} s after the host was gone; the first new offer came {(first - end).TotalSeconds:0.0} s after its end");
        pool.Framework.Subscriptions.ShouldBe(from + 1, "it came to the next leader once");
        await Eventually.HoldsAsync(async () => await pool.ActiveAgentsAsync(next) == pool.Agents.Count, "all agents at the next leader", pool.Logs);
        await RunAsync(pool.Tasks.Ids);
        pool.Network.Heal();
        await Eventually.HoldsAsync(async () => await leader.HealthAsync() == $"following {next.Authority}", "the old leader to follow", pool.Logs);
        (await pool.WholeAsync()).ShouldBe(next);
        await pool.Tasks.AreUntouchedAsync();
    }

    [Fact]
    public async Task A_leader_that_agents_and_frameworks_can_not_reach_leads_on_and_all_come_back_when_they_can()
    {
        var leader = await pool.WholeAsync();
        var (epoch, from) = (pool.Lease.Epoch, pool.Framework.Reports.Count);

        pool.Network.Cut(leader.Host, Cut.BothWays, [pool.Scheduler, .. pool.Agents.Values.Select(agent => agent.Host)]);
        await Eventually.HoldsAsync(async () => await pool.ActiveAgentsAsync(leader) == 0, "all agents to be given up", pool.Logs);

        pool.Lease.Epoch.ShouldBe(epoch, "the database alone says who leads");
        (await leader.HealthAsync()).ShouldBe("leading");
        foreach (var follower in pool.Masters.Where(master => master != leader)) (await follower.HealthAsync()).ShouldBe($"following {leader.Authority}");
        await pool.Tasks.AreUntouchedAsync();
        pool.Network.Heal();
        foreach (var task in pool.Tasks.Ids)
        {
            await pool.Framework.ReportAsync(task, TaskState.TaskUnreachable, TimeSpan.FromSeconds(60), from: from);
            await pool.Framework.ReportAsync(task, TaskState.TaskRunning, TimeSpan.FromSeconds(60), from: from);
        }
        (await pool.WholeAsync()).ShouldBe(leader);
        await pool.Tasks.AreUntouchedAsync();
    }

    /// <summary>As the master says that leads now.</summary>
    private async Task RunAsync(IReadOnlyCollection<string> tasks)
    {
        var from = pool.Framework.Reports.Count;
        await pool.Framework.ReconcileAsync();
        foreach (var task in tasks) await pool.Framework.ReportAsync(task, TaskState.TaskRunning, from: from);
    }

    private Task OffersComeAsync(TestFramework framework, int from) =>
        Eventually.HoldsAsync(() => framework.Offered.Count > from, "offers", pool.Logs);

    /// <summary>Each term of a master has an id of its own, with which its offers' ids begin.</summary>
    private static string Term(Offer offer) => offer.Id.Value[..offer.Id.Value.LastIndexOf("-O", StringComparison.Ordinal)];
}
