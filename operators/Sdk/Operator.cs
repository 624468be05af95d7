using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;

using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Plans;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk;

/// <summary>
/// Keeps the clusters of one package at what is wanted: one framework, one loop. <see cref="Want"/>, <see cref="Remove"/> and the
/// views may be called from any thread.
/// </summary>
public sealed class Operator
{
    private const int MostCommands = 10_000;
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ResubscribePause = TimeSpan.FromSeconds(1);

    private readonly ServicePackage package;
    private readonly OperatorSettings settings;
    private readonly IArtifactSource artifacts;
    private readonly IOperatorStore store;
    private readonly Lake lake;
    private readonly TimeProvider clock;
    private readonly SteadyTime time;
    private readonly Func<string, ClusterConnection?> connection;
    private readonly OperatorCore core;
    private readonly Channel<OperatorCommand> commands = Channel.CreateBounded<OperatorCommand>(new BoundedChannelOptions(MostCommands) { SingleReader = true });
    private readonly ConcurrentDictionary<string, ClusterObservation> observations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ClusterConnection> connections = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ClusterSettings> proxied = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> known;
    private volatile string? frameworkId;

    /// <param name="connection">Living clusters of all packages by name, for those that connect to another.</param>
    public Operator(
        ServicePackage package, OperatorSettings settings, IArtifactSource artifacts, IOperatorStore store, Func<string, ClusterConnection?> connection, TimeProvider? clock = null)
    {
        this.package = package;
        this.settings = settings;
        this.artifacts = artifacts;
        this.store = store;
        this.clock = clock ?? TimeProvider.System;
        this.connection = connection;
        time = new SteadyTime(this.clock);
        lake = new Lake(settings.LakePath, package.Folder, LakeOwner.Of(settings.User));
        var memory = store.Load();
        core = new OperatorCore(package, new CoreSettings(settings.LakePath, Guid.NewGuid, connection) { User = settings.User, Spread = Random.Shared.NextDouble }, memory);
        frameworkId = memory.FrameworkId;
        known = new ConcurrentDictionary<string, bool>(core.Known.Select(id => KeyValuePair.Create(id, true)), StringComparer.Ordinal);
        // What was there before a restart is seen from the first moment: nobody may take it for gone.
        foreach (var id in core.Known)
            Publish(id);
    }

    /// <summary>Raised, on the operator's own loop, with the id of a cluster of which something changed. Handlers must be quick.</summary>
    public event Action<string>? Changed;

    public string Name => package.Name;

    /// <summary>What can be launched, with the reason why it can't just now.</summary>
    public PackageView Package
    {
        get
        {
            var about = package.Description;
            var why = package.Alternative(about.Defaults) is null ? artifacts.Unavailable(package.Needs(about.Defaults)) : null;
            return new PackageView(package.Name, about.Title, about.Description, about.Version, about.Schema, about.Defaults, why);
        }
    }

    /// <summary>What a cluster with these options would ask of hosts. Nothing is asked for.</summary>
    /// <param name="options">All of them, as the package's schema allows.</param>
    public IReadOnlyList<PodNeeds> Needs(JsonObject options)
    {
        var trial = new WantedCluster("", package.Name, "", options, clock.GetUtcNow());
        return [.. package.Specify(new ClusterSettings(trial, settings.LakePath, ResolvedArtifacts.None, _ => "", connection)).Pods
            .Select(pod => new PodNeeds(pod.Type, pod.Count, Observations.View(pod.Resources)))];
    }

    public string? FrameworkId => frameworkId;

    /// <summary>Ids of all clusters that the operator has anything of.</summary>
    public IReadOnlyCollection<string> Known => [.. known.Keys];

    /// <summary>Brings the cluster to what is wanted. Asking twice does no harm.</summary>
    public void Want(WantedCluster cluster) => Post(new OperatorCommand.Want(cluster));

    /// <summary>Takes the cluster down. Asking twice does no harm.</summary>
    public void Remove(string clusterId) => Post(new OperatorCommand.Remove(clusterId));

    /// <summary>What is there of a cluster now; null when there is nothing.</summary>
    public ClusterObservation? Observe(string clusterId) => observations.GetValueOrDefault(clusterId);

    /// <summary>How other clusters reach this one; null when there is nothing to reach.</summary>
    public ClusterConnection? Connection(string clusterId) => connections.GetValueOrDefault(clusterId);

    /// <summary>What the console's proxy adds to requests for one of the cluster's endpoints.</summary>
    public IReadOnlyDictionary<string, string> ProxyHeaders(string clusterId, string endpoint) =>
        known.ContainsKey(clusterId) && proxied.TryGetValue(clusterId, out var cluster) ? package.ProxyHeaders(cluster, endpoint) : new Dictionary<string, string>(0);

    /// <summary>Works until it is cancelled, or until another scheduler takes its framework over.</summary>
    /// <exception cref="OperatorReplacedException">Another scheduler subscribed with this framework's id, or the master refuses this one.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var client = new SchedulerClient(settings.Scheduler, clock, Random.Shared.Next());
        using var timer = clock.CreateTimer(_ => commands.Writer.TryWrite(new OperatorCommand.Tick()), null, TickEvery, TickEvery);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var subscription = SubscribeAsync(client, stop.Token);
        try
        {
            await foreach (var command in commands.Reader.ReadAllAsync(cancellationToken))
            {
                var effects = core.Handle(command, time.Now);
                var durable = effects.OfType<OperatorEffect.Store>().Select(effect => effect.Change).ToList();
                if (durable.Count > 0)
                    store.Write(durable);
                frameworkId = core.FrameworkId;
                foreach (var effect in effects)
                {
                    if (effect is OperatorEffect.Resubscribe(var again, var reason))
                    {
                        await subscription;
                        if (!again)
                            throw new OperatorReplacedException($"the operator of {Name} no longer holds its framework: {reason}");
                        await Task.Delay(ResubscribePause, clock, cancellationToken);
                        subscription = SubscribeAsync(client, stop.Token);
                    }
                    else
                        await RunAsync(effect, client, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped as asked: tasks go on, the framework waits for this operator to come back.
        }
        finally
        {
            await stop.CancelAsync();
            await subscription;
        }
    }

    private async Task SubscribeAsync(SchedulerClient client, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var signal in client.SubscribeAsync(FrameworkInfos.Of(package.Name, settings, core.FrameworkId), cancellationToken))
                await commands.Writer.WriteAsync(new OperatorCommand.Signal(signal), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The operator stops.
        }
    }

    private async Task RunAsync(OperatorEffect effect, SchedulerClient client, CancellationToken cancellationToken)
    {
        switch (effect)
        {
            case OperatorEffect.Call(var call):
                await CallAsync(client, call, cancellationToken);
                break;
            case OperatorEffect.Resolve resolve:
                _ = ResolveAsync(resolve, cancellationToken);
                break;
            case OperatorEffect.Changed(var clusterId):
                Publish(clusterId);
                break;
        }
    }

    private async Task CallAsync(SchedulerClient client, SchedulerCall call, CancellationToken cancellationToken)
    {
        try
        {
            await client.CallAsync(call, cancellationToken);
        }
        catch (Exception lost) when (lost is MesosCallException or HttpRequestException or IOException || (lost is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Whatever was lost with the call is found again: by reconciliation, by the next tick or after the next subscription.
            Post(new OperatorCommand.Lost(call));
        }
    }

    private async Task ResolveAsync(OperatorEffect.Resolve resolve, CancellationToken cancellationToken)
    {
        ArtifactResolution resolution;
        try
        {
            lake.Prepare(resolve.LakeFolders);
            var progress = new Progress<ArtifactProgress>(step => commands.Writer.TryWrite(new OperatorCommand.Resolving(resolve.ClusterId, step)));
            resolution = await ResolveAsync(resolve.Needs, progress, cancellationToken);
            if (resolution is ArtifactResolution.Unavailable && resolve.Alternative is { } alternative)
                resolution = await ResolveAsync(alternative.Needs, progress, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception failed)
        {
            resolution = new ArtifactResolution.Unavailable(failed.Message);
        }
        Post(new OperatorCommand.Resolved(resolve.ClusterId, resolution));
    }

    private async Task<ArtifactResolution> ResolveAsync(ArtifactNeeds needs, IProgress<ArtifactProgress> progress, CancellationToken cancellationToken) =>
        needs.Nothing ? new ArtifactResolution.Ready(ResolvedArtifacts.None) : await artifacts.ResolveAsync(needs, progress, cancellationToken);

    private void Publish(string clusterId)
    {
        var now = time.Now;
        if (core.Observe(clusterId, now) is { } observation)
        {
            observations[clusterId] = observation;
            known[clusterId] = true;
        }
        else
        {
            observations.TryRemove(clusterId, out _);
            known.TryRemove(clusterId, out _);
        }
        if (core.Connect(clusterId, now) is { } connection)
            connections[clusterId] = connection;
        else
            connections.TryRemove(clusterId, out _);
        if (core.SettingsOf(clusterId) is { } specified)
            proxied[clusterId] = specified;
        else
            proxied.TryRemove(clusterId, out _);
        Changed?.Invoke(clusterId);
    }

    private void Post(OperatorCommand command)
    {
        if (!commands.Writer.TryWrite(command))
            _ = commands.Writer.WriteAsync(command).AsTask();
    }
}
