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
    public void What_is_wanted_is_asked_for_again()
    {
        var cluster = Launch("trial", 3600);
        host.Engine.Show(cluster.Id, null);
        host.Engine.Wanted.Clear();
        host.Get<LeftoverSweep>().Run();
        host.Engine.Wanted.ShouldHaveSingleItem().Id.ShouldBe(cluster.Id);
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
