using System.Collections.Concurrent;
using System.Data.Common;
using System.Threading.Channels;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Recurring;

namespace DataPlatform.Services.ControlPlane.Operators;

/// <summary>Runs the operators, passes their changes on, and records clusters as deleted as soon as nothing is left of them.</summary>
public sealed class OperatorHost(Catalogue catalogue, ClusterChanges changes, LeftoverSweep leftovers, ILogger<OperatorHost> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<IClusterOperator, Run> runs = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // An operator's own loop must not wait for what happens here.
        var changed = Channel.CreateUnbounded<(IClusterOperator Engine, string ClusterId)>(new UnboundedChannelOptions { SingleReader = true });
        catalogue.Changed += Follow;
        Follow();
        try
        {
            await foreach (var (engine, clusterId) in changed.Reader.ReadAllAsync(stoppingToken))
            {
                if (!engine.Known.Contains(clusterId)) Settle(engine, clusterId);
                changes.Raise(clusterId);
            }
        }
        catch (OperationCanceledException)
        {
            catalogue.Changed -= Follow;
            await Task.WhenAll(runs.Values.Select(run => run.Ended));
        }

        void Follow()
        {
            var wanted = catalogue.Operators;
            foreach (var engine in runs.Keys.Except(wanted).ToList())
                if (runs.TryRemove(engine, out var ending)) ending.Stop.Cancel();
            foreach (var engine in wanted.Where(engine => !runs.ContainsKey(engine)))
            {
                var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                var run = new Run(stop);
                if (!runs.TryAdd(engine, run)) continue;
                engine.Changed += clusterId => changed.Writer.TryWrite((engine, clusterId));
                if (engine is HostedOperator hosted) run.Ended = hosted.RunAsync(stop.Token);
            }
        }
    }

    private void Settle(IClusterOperator engine, string clusterId)
    {
        try
        {
            leftovers.Settle(engine, clusterId);
        }
        catch (DbException error)
        {
            logger.LogError("Cluster {Id} is gone, which can't be recorded now and is tried again within a minute: {Reason}", clusterId, error.Message);
        }
    }

    private sealed record Run(CancellationTokenSource Stop)
    {
        public Task Ended { get; set; } = Task.CompletedTask;
    }
}
