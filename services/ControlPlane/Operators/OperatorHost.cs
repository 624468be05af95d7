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

    // Of one lead: another begins with nothing.
    private Dictionary<string, string> names = [];
    private Dictionary<string, ClusterConnection?> connections = [];
    private PlacementOrder order = new();

    private abstract record News
    {
        public sealed record Changed(IClusterOperator Engine, string ClusterId) : News;

        public sealed record Gathering(string ClusterId, bool Wanted) : News;

        public sealed record Time : News;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A scheduler's own loop must not wait for what happens here.
        var news = Channel.CreateUnbounded<News>(new UnboundedChannelOptions { SingleReader = true });
        var heard = catalogue.Operators.Select(engine => (Engine: engine, Hear: (Action<string>)(clusterId => news.Writer.TryWrite(new News.Changed(engine, clusterId))))).ToList();
        foreach (var (engine, hear) in heard) engine.Changed += hear;
        var hosted = catalogue.Operators.OfType<PackageSchedulers>().ToList();
        void Gather(string clusterId, bool wanted) => news.Writer.TryWrite(new News.Gathering(clusterId, wanted));
        foreach (var engine in hosted) engine.Gathering += Gather;
        (names, connections, order) = ([], [], new PlacementOrder());
        leftovers.Run();
        using var timer = time.CreateTimer(_ => news.Writer.TryWrite(new News.Time()), null, OrderEvery, OrderEvery);
        var running = hosted.Select(engine => engine.RunAsync(stoppingToken)).ToList();
        try
        {
            await foreach (var one in news.Reader.ReadAllAsync(stoppingToken)) Take(one);
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(running);
        }
        finally
        {
            foreach (var (engine, hear) in heard) engine.Changed -= hear;
            foreach (var engine in hosted) engine.Gathering -= Gather;
        }
    }

    private void Take(News news)
    {
        try
        {
            switch (news)
            {
                case News.Changed(var engine, var clusterId):
                    if (!engine.Known.Contains(clusterId)) leftovers.Settle(engine, clusterId);
                    if (engine is PackageSchedulers schedulers) Connect(schedulers, clusterId);
                    changes.Raise(clusterId);
                    break;
                case News.Gathering(var clusterId, var wanted):
                    var cluster = wanted ? clusters.FindById(clusterId) : null;
                    Turn(cluster is null ? order.End(clusterId, time.GetUtcNow()) : order.Begin(clusterId, cluster.Name, cluster.CreatedAt, time.GetUtcNow()));
                    break;
                case News.Time:
                    Turn(order.Tick(time.GetUtcNow()));
                    break;
            }
        }
        catch (Exception error) when (error is DbException or LeaseLostException)
        {
            logger.LogError("{News} can't be recorded now and is tried again within a minute: {Reason}", news, error.Message);
        }
    }

    private void Turn(IReadOnlyList<(string ClusterId, string? WaitsFor)> turns)
    {
        foreach (var (clusterId, waitsFor) in turns) Post(clusterId, new SchedulerCommand.Turn(waitsFor));
    }

    private void Post(string clusterId, SchedulerCommand command)
    {
        foreach (var engine in catalogue.Operators.OfType<PackageSchedulers>()) engine.Post(clusterId, command);
    }

    /// <summary>Tells a cluster how those are reached that it names, and those that name it how it is reached now.</summary>
    private void Connect(PackageSchedulers engine, string clusterId)
    {
        if (!names.TryGetValue(clusterId, out var name))
        {
            if (clusters.FindById(clusterId) is not { } cluster) return;
            names[clusterId] = name = cluster.Name;
            foreach (var other in engine.Connections(cluster.Options))
                if (connections.GetValueOrDefault(other) is { } known) Post(clusterId, new SchedulerCommand.Connected(other, known));
        }

        var connection = engine.Connection(clusterId);
        if (!engine.Known.Contains(clusterId)) names.Remove(clusterId);
        if (connections.TryGetValue(name, out var before) && (connection is null ? before is null : connection.IsSame(before))) return;
        connections[name] = connection;
        foreach (var other in clusters.Living().Where(other => other.DeleteRequestedAt is null))
            if (catalogue.Find(other.Package) is PackageSchedulers schedulers && schedulers.Connections(other.Options).Contains(name))
                schedulers.Post(other.Id, new SchedulerCommand.Connected(name, connection));
    }
}
