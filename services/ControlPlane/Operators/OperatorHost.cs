using System.Data.Common;
using System.Threading.Channels;
using DataPlatform.Operators.Sdk.State;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Recurring;

namespace DataPlatform.Services.ControlPlane.Operators;

/// <summary>Runs the operators, passes their changes on, and records clusters as deleted as soon as nothing is left of them.</summary>
public sealed class OperatorHost(Catalogue catalogue, ClusterChanges changes, LeftoverSweep leftovers, ILogger<OperatorHost> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // An operator's own loop must not wait for what happens here.
        var changed = Channel.CreateUnbounded<(IClusterOperator Engine, string ClusterId)>(new UnboundedChannelOptions { SingleReader = true });
        var heard = catalogue.Operators.Select(engine => (Engine: engine, Hear: (Action<string>)(clusterId => changed.Writer.TryWrite((engine, clusterId))))).ToList();
        foreach (var (engine, hear) in heard) engine.Changed += hear;
        var running = catalogue.Operators.OfType<HostedOperator>().Select(engine => engine.RunAsync(stoppingToken)).ToList();
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
            await Task.WhenAll(running);
        }
        finally
        {
            foreach (var (engine, hear) in heard) engine.Changed -= hear;
        }
    }

    private void Settle(IClusterOperator engine, string clusterId)
    {
        try
        {
            leftovers.Settle(engine, clusterId);
        }
        catch (Exception error) when (error is DbException or LeaseLostException)
        {
            logger.LogError("Cluster {Id} is gone, which can't be recorded now and is tried again within a minute: {Reason}", clusterId, error.Message);
        }
    }
}
