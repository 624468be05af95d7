using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Recurring;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.Tests.ControlPlane.Operators;

public sealed class OperatorHostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_database_that_fails_while_clusters_are_deleted_ends_nothing_and_later_all_is_recorded()
    {
        await using var host = await ControlPlaneHost.Start();
        var (first, second) = (Deleted(host, "first"), Deleted(host, "second"));
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Get<ClusterChanges>().Changed += id => { if (id == first.Id) heard.TrySetResult(); };

        Execute(host, "ALTER TABLE clusters RENAME TO away");
        host.Engine.Show(first.Id, null);
        await heard.Task.WaitAsync(Patience);
        Execute(host, "ALTER TABLE away RENAME TO clusters");

        host.Engine.Show(second.Id, null);
        using var patience = new CancellationTokenSource(Patience);
        while (host.Get<ClusterStore>().FindById(second.Id)!.DeletedAt is null)
            await Task.Delay(10, patience.Token);
        host.Get<LeftoverSweep>().Run();
        host.Get<ClusterStore>().FindById(first.Id)!.DeletedAt.ShouldNotBeNull();
    }

    private static DesiredCluster Deleted(ControlPlaneHost host, string name)
    {
        var cluster = host.Get<LaunchDesk>().LaunchAsync(new LaunchRequest("sample", name, null, 3600), "tester", CancellationToken.None).Result.ShouldBeOfType<Outcome.Accepted>().Cluster;
        host.Get<LaunchDesk>().Delete(name, "tester", "no longer needed");
        return cluster;
    }

    private static void Execute(ControlPlaneHost host, string sql)
    {
        using var connection = host.Get<Database>().Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
