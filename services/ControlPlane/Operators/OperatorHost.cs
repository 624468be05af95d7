using System.Data.Common;
using System.Threading.Channels;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.State;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Recurring;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Operators;

/// <summary>
/// Starts the schedulers of all clusters that there should be, tells them what they must know of each other, and records clusters as
/// deleted as soon as nothing is left of them.
/// </summary>
public sealed class OperatorHost(
    Catalogue catalogue, ClusterStore clusters, ClusterChanges changes, LeftoverSweep leftovers, TimeProvider time, ILogger<OperatorHost> logger) : BackgroundService
{
    private static readonly TimeSpan OrderEvery = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A scheduler's own loop must not wait for what happens here.
        var channel = Channel.CreateUnbounded<News>(new UnboundedChannelOptions { SingleReader = true });
        var followed = new Dictionary<IClusterOperator, Followed>();
        var state = new Lead(new ConnectionBoard(), new PlacementOrder());
        void Catalogued() => channel.Writer.TryWrite(new News.Catalogued());
        catalogue.Changed += Catalogued;
        Follow(followed, channel.Writer, stoppingToken);
        using var timer = time.CreateTimer(_ => channel.Writer.TryWrite(new News.Time()), null, OrderEvery, OrderEvery);
        try
        {
            await foreach (var news in channel.Reader.ReadAllAsync(stoppingToken))
            {
                if (news is News.Catalogued) Follow(followed, channel.Writer, stoppingToken);
                else Take(news, state);
            }
        }
        catch (OperationCanceledException)
        {
            // What runs goes on: the next control plane that leads takes it over.
        }
        finally
        {
            catalogue.Changed -= Catalogued;
            await Task.WhenAll(followed.Values.Select(one => one.EndAsync()));
        }
    }

    /// <summary>Packages come and go while clusters run.</summary>
    private void Follow(Dictionary<IClusterOperator, Followed> followed, ChannelWriter<News> writer, CancellationToken stop)
    {
        var known = catalogue.Operators;
        foreach (var gone in followed.Keys.Except(known).ToList())
        {
            _ = followed[gone].EndAsync();
            followed.Remove(gone);
        }

        foreach (var engine in known.Except(followed.Keys).ToList()) followed[engine] = new Followed(engine, writer, stop);
        Guarded("what is desired", leftovers.Run);
    }

    private void Take(News news, Lead lead)
    {
        Guarded(news, () => Carry(news, lead));
        if (news is News.Changed(_, var clusterId)) changes.Raise(clusterId);
    }

    private void Carry(News news, Lead lead)
    {
        switch (news)
        {
            case News.Changed(var engine, var clusterId):
                if (!engine.Knows(clusterId)) leftovers.Settle(engine, clusterId);
                if (engine is PackageSchedulers schedulers) lead.Connections.Look(schedulers, clusterId);
                break;
            case News.Gathering(var clusterId, var wanted):
                var cluster = wanted ? clusters.FindById(clusterId) : null;
                Turn(cluster is null ? lead.Order.End(clusterId, time.GetUtcNow()) : lead.Order.Begin(clusterId, cluster.Name, cluster.CreatedAt, time.GetUtcNow()));
                break;
            case News.Time:
                Turn(lead.Order.Tick(time.GetUtcNow()));
                break;
        }
    }

    private void Guarded(object what, Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is DbException or LeaseLostException)
        {
            logger.LogError("{What} can't be recorded now and is tried again within a minute: {Reason}", what, error.Message);
        }
    }

    private void Turn(IReadOnlyList<(string ClusterId, string? WaitsFor)> turns)
    {
        foreach (var (clusterId, waitsFor) in turns)
            foreach (var engine in catalogue.Operators.OfType<PackageSchedulers>()) engine.Post(clusterId, new SchedulerCommand.Turn(waitsFor));
    }

    private abstract record News
    {
        public sealed record Changed(IClusterOperator Engine, string ClusterId) : News;

        public sealed record Gathering(string ClusterId, bool Wanted) : News;

        public sealed record Catalogued : News;

        public sealed record Time : News;
    }

    /// <summary>What is known during one lead, and forgotten with it.</summary>
    private sealed record Lead(ConnectionBoard Connections, PlacementOrder Order);

    /// <summary>An operator that is listened to and, where its schedulers work here, that works.</summary>
    private sealed class Followed
    {
        private readonly IClusterOperator engine;
        private readonly Action<string> changed;
        private readonly Action<string, bool> gathering;
        private readonly CancellationTokenSource stop;
        private readonly Task running = Task.CompletedTask;

        public Followed(IClusterOperator engine, ChannelWriter<News> writer, CancellationToken stopping)
        {
            this.engine = engine;
            stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            changed = clusterId => writer.TryWrite(new News.Changed(engine, clusterId));
            gathering = (clusterId, wanted) => writer.TryWrite(new News.Gathering(clusterId, wanted));
            engine.Changed += changed;
            if (engine is not PackageSchedulers schedulers) return;
            schedulers.Gathering += gathering;
            running = schedulers.RunAsync(stop.Token);
        }

        public async Task EndAsync()
        {
            await stop.CancelAsync();
            await running;
            engine.Changed -= changed;
            if (engine is PackageSchedulers schedulers) schedulers.Gathering -= gathering;
            stop.Dispose();
        }
    }
}
