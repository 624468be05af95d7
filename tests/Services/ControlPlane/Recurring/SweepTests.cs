using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Recurring;
using DataPlatform.Services.ControlPlane.Storage;
using Microsoft.Extensions.Time.Testing;

namespace DataPlatform.Services.Tests.ControlPlane.Recurring;

public sealed class SweepTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private ControlPlaneHost host = null!;

    public async ValueTask InitializeAsync() => host = await ControlPlaneHost.Start(time);

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public void A_cluster_is_deleted_when_its_lifetime_is_over_and_not_before()
    {
        var cluster = Launch("trial", 3600);
        time.Advance(TimeSpan.FromSeconds(3599));
        host.Get<LifetimeSweep>().Run();
        host.Get<ClusterStore>().Find("trial")!.DeleteRequestedAt.ShouldBeNull();
        time.Advance(TimeSpan.FromSeconds(1));
        host.Get<LifetimeSweep>().Run();
        host.Get<ClusterStore>().Find("trial")!.DeleteReason.ShouldBe("its lifetime is over");
        host.Engine.Removed.ShouldContain(cluster.Id);
    }

    [Fact]
    public void An_extended_cluster_outlives_its_first_end()
    {
        Launch("trial", 3600);
        host.Get<LaunchDesk>().Extend("trial", 3600, "tester").ShouldBeOfType<Outcome.Accepted>();
        time.Advance(TimeSpan.FromSeconds(3601));
        host.Get<LifetimeSweep>().Run();
        host.Get<ClusterStore>().Find("trial")!.DeleteRequestedAt.ShouldBeNull();
    }

    [Fact]
    public void A_cluster_that_no_operator_has_anything_of_any_more_counts_as_deleted()
    {
        var cluster = Launch("trial", 3600);
        host.Get<LaunchDesk>().Delete("trial", "tester", "no longer needed");
        host.Get<LeftoverSweep>().Run();
        host.Get<ClusterStore>().Find("trial").ShouldNotBeNull();
        host.Engine.Show(cluster.Id, null);
        host.Get<LeftoverSweep>().Run();
        host.Get<ClusterStore>().Find("trial").ShouldBeNull();
        host.Get<ClusterStore>().FindById(cluster.Id)!.DeletedAt.ShouldBe(time.GetUtcNow());
    }

    [Fact]
    public void What_nobody_wants_is_taken_down_and_what_is_wanted_is_asked_for_again()
    {
        var cluster = Launch("trial", 3600);
        host.Engine.Show(cluster.Id, null);
        host.Engine.Show("leftover", ScriptedOperator.Pending);
        host.Engine.Wanted.Clear();
        host.Get<LeftoverSweep>().Run();
        host.Engine.Wanted.ShouldHaveSingleItem().Id.ShouldBe(cluster.Id);
        host.Engine.Removed.ShouldBe(["leftover"]);
    }

    [Fact]
    public async Task What_the_database_may_have_lost_is_left_alone_until_a_person_says_so()
    {
        var cluster = Launch("trial", 3600);
        foreach (var lost in (string[])["lost-1", "lost-2", "lost-3"]) host.Engine.Show(lost, ScriptedOperator.Pending);
        host.Get<LeftoverSweep>().Run();
        host.Engine.Removed.ShouldBeEmpty();
        (await host.Stranger.GetStringAsync("/health")).ShouldContain("3 clusters run that the database does not know");
        (await host.Client.GetStringAsync("/metrics")).ShouldContain("dp_withheld_removals 3");
        using var client = new ControlPlaneClient(new ControlPlaneAddress(host.Url, host.Client.DefaultRequestHeaders.Authorization!.Parameter));
        var withheld = await client.WithheldRemovalAsync();
        (withheld.Running, string.Join(' ', withheld.ClusterIds)).ShouldBe((4, "lost-1 lost-2 lost-3"));

        (await Should.ThrowAsync<RefusedException>(() => client.ConfirmRemovalAsync([cluster.Id]))).Problem.Status.ShouldBe(409);
        (await Should.ThrowAsync<RefusedException>(() => client.ConfirmRemovalAsync([]))).Problem.Errors.ShouldHaveSingleItem().Field.ShouldBe("cluster_ids");
        host.Engine.Removed.ShouldBeEmpty();

        (await client.ConfirmRemovalAsync(withheld.ClusterIds)).ClusterIds.ShouldBeEmpty();
        host.Engine.Removed.Order().ShouldBe(["lost-1", "lost-2", "lost-3"]);
        (await host.Stranger.GetStringAsync("/health")).ShouldBe("ok");
    }

    [Fact]
    public void What_was_deleted_is_forgotten_after_its_time()
    {
        var cluster = Launch("trial", 3600);
        host.Get<ClusterStore>().MarkDeleted(cluster.Id, time.GetUtcNow());
        time.Advance(TimeSpan.FromDays(6));
        host.Get<RetentionSweep>().Run();
        host.Get<ClusterStore>().FindById(cluster.Id).ShouldNotBeNull();
        time.Advance(TimeSpan.FromDays(2));
        host.Get<RetentionSweep>().Run();
        host.Get<ClusterStore>().FindById(cluster.Id).ShouldBeNull();
    }

    [Fact]
    public void A_changed_audit_entry_shows()
    {
        Launch("trial", 3600);
        Launch("other", 3600);
        var audit = host.Get<AuditLog>();
        audit.FirstBroken().ShouldBeNull();
        using var connection = host.Get<Database>().Open();
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE audit SET actor = 'somebody else' WHERE sequence = 1";
        command.ExecuteNonQuery();
        audit.FirstBroken().ShouldBe(1);
    }

    private DesiredCluster Launch(string name, long seconds) =>
        host.Get<LaunchDesk>().LaunchAsync(new LaunchRequest("sample", name, null, seconds), "tester", CancellationToken.None).Result.ShouldBeOfType<Outcome.Accepted>().Cluster;
}
