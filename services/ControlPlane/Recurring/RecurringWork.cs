using System.Data.Common;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;
using Hangfire;

namespace DataPlatform.Services.ControlPlane.Recurring;

/// <summary>
/// Registers what recurs. The job storage is in memory, so at start everything is registered again from the database;
/// a job only looks at what is desired now, so one that is registered twice or too early does no harm.
/// </summary>
public sealed class RecurringWork(
    IRecurringJobManager recurring, IBackgroundJobClient jobs, ClusterStore clusters, ClusterChanges changes, TimeProvider time) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        recurring.AddOrUpdate<LifetimeSweep>("lifetimes", sweep => sweep.Run(), Cron.Minutely);
        recurring.AddOrUpdate<LeftoverSweep>("leftovers", sweep => sweep.Run(), Cron.Minutely);
        recurring.AddOrUpdate<OrphanSweep>("orphans", sweep => sweep.RunAsync(CancellationToken.None), Cron.Minutely);
        recurring.AddOrUpdate<OperationSweep>("operations", sweep => sweep.Run(), Cron.Minutely);
        recurring.AddOrUpdate<RetentionSweep>("retention", sweep => sweep.Run(), Cron.Hourly);
        jobs.Enqueue<LeftoverSweep>(sweep => sweep.Run());
        foreach (var cluster in clusters.Living()) Schedule(cluster);
        changes.Changed += OnChanged;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        changes.Changed -= OnChanged;
        return Task.CompletedTask;
    }

    private readonly Dictionary<string, DateTimeOffset> scheduled = [];

    private void OnChanged(string clusterId)
    {
        try
        {
            if (clusters.FindById(clusterId) is { DeletedAt: null } cluster) Schedule(cluster);
        }
        catch (DbException)
        {
            // The minutely look at lifetimes finds it.
        }
    }

    private void Schedule(DesiredCluster cluster)
    {
        lock (scheduled)
        {
            if (cluster.DeleteRequestedAt is not null)
            {
                scheduled.Remove(cluster.Id);
                return;
            }

            if (scheduled.TryGetValue(cluster.Id, out var end) && end == cluster.ExpiresAt) return;
            scheduled[cluster.Id] = cluster.ExpiresAt;
        }

        var delay = cluster.ExpiresAt - time.GetUtcNow();
        jobs.Schedule<LifetimeSweep>(sweep => sweep.Run(), delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
    }
}
