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

    [Fact]
    public void What_recurs_is_asked_for_so_long_after_the_last_one_ended_whoever_asked_for_it()
    {
        host.Engine.RecurringOperations["compact"] = TimeSpan.FromDays(7);
        var cluster = Launch("trial", 3600 * 24 * 30);
        time.Advance(TimeSpan.FromDays(7));
        host.Get<OperationSweep>().Run().ShouldBe(0, "it does not serve");
        Serves();
        host.Get<OperationSweep>().Run().ShouldBe(1);
        host.Get<OperationSweep>().Run().ShouldBe(0, "it is not over");
        Asked().ShouldHaveSingleItem().Name.ShouldBe("compact");
        Serves(new OperationView(1, "compact", "plain", StepState.Complete, time.GetUtcNow(), null, time.GetUtcNow(), null, null));
        time.Advance(TimeSpan.FromDays(6));
        host.Get<OperationSweep>().Run().ShouldBe(0);
        time.Advance(TimeSpan.FromDays(1));
        host.Get<OperationSweep>().Run().ShouldBe(1);

        void Serves(params OperationView[] operations) => host.Engine.Show(cluster.Id, host.Engine.Observe(cluster.Id)! with { State = ClusterState.Ready, Operations = operations });
        IReadOnlyList<DataPlatform.Operators.Sdk.Clusters.WantedOperation> Asked() => host.Get<ClusterStore>().FindById(cluster.Id)!.Aim.Operations!;
    }

    [Fact]
    public void What_recurs_is_counted_from_the_last_one_also_when_much_else_was_asked_for_since()
    {
        host.Engine.RecurringOperations["compact"] = TimeSpan.FromDays(7);
        var cluster = Launch("trial", 3600 * 24 * 30);
        for (var number = 1; number <= 30; number++)
        {
            host.Get<ChangeDesk>().Operate("trial", new OperationRequest(number == 1 ? "compact" : "backup", null), "tester").ShouldBeOfType<ChangeOutcome.Taken>();
            var asked = host.Get<ClusterStore>().FindById(cluster.Id)!.Aim.Operations!;
            host.Engine.Show(cluster.Id, host.Engine.Observe(cluster.Id)! with
            {
                State = ClusterState.Ready, Operations = [.. asked.Select(each => new OperationView(each.Number, each.Name, "plain", StepState.Complete, each.At, null, each.At, null, null))],
            });
        }

        host.Get<ClusterStore>().FindById(cluster.Id)!.Aim.Operations!.Count.ShouldBe(21);
        time.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        host.Get<OperationSweep>().Run().ShouldBe(0);
        time.Advance(TimeSpan.FromSeconds(1));
        host.Get<OperationSweep>().Run().ShouldBe(1);
    }

    private DesiredCluster Launch(string name, long seconds) =>
        host.Get<LaunchDesk>().LaunchAsync(new LaunchRequest("sample", name, null, seconds), "tester", CancellationToken.None).Result.ShouldBeOfType<Outcome.Accepted>().Cluster;
}
