using System.Security.Cryptography;
using System.Threading.Channels;
using DataPlatform.Core.Client.Http;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk;

/// <summary>
/// Keeps one cluster at what is wanted: one framework, one loop. <see cref="Post"/> and the views may be called from any thread. What
/// happens to it can't touch another cluster.
/// </summary>
public sealed class ClusterScheduler
{
    private const int MostCommands = 10_000;
    private const int KeyBytes = 32;
    private static readonly TimeSpan TickEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan QuietTickEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ResubscribePause = TimeSpan.FromSeconds(1);

    private readonly ServicePackage package;
    private readonly string name;
    private readonly SchedulerSettings settings;
    private readonly IArtifactSource artifacts;
    private readonly IClusterDocuments documents;
    private readonly Lake lake;
    private readonly TimeProvider clock;
    private readonly SteadyTime time;
    private readonly SchedulerCore core;
    private readonly Channel<SchedulerCommand> commands = Channel.CreateBounded<SchedulerCommand>(new BoundedChannelOptions(MostCommands) { SingleReader = true });
    private volatile ClusterObservation? observation;
    private volatile ClusterConnection? connection;
    private volatile ClusterSettings? proxied;
    private volatile IReadOnlyDictionary<string, PlacedTask> placed = new Dictionary<string, PlacedTask>(0);
    private volatile string? frameworkId;

    /// <param name="clusterId">Under which its documents are kept.</param>
    /// <param name="name">The cluster's name.</param>
    /// <exception cref="InvalidDataException">What was stored can't be read.</exception>
    public ClusterScheduler(
        ServicePackage package, string clusterId, string name, SchedulerSettings settings, IArtifactSource artifacts, IClusterDocuments documents, TimeProvider? clock = null)
    {
        this.package = package;
        this.name = name;
        this.settings = settings;
        this.artifacts = artifacts;
        this.documents = documents;
        this.clock = clock ?? TimeProvider.System;
        time = new SteadyTime(this.clock);
        lake = new Lake(settings.LakePath, LakeOwner.Of(settings.User));
        core = new SchedulerCore(package, clusterId, new CoreSettings(settings.LakePath, Guid.NewGuid, () => RandomNumberGenerator.GetBytes(KeyBytes))
        {
            User = settings.User, Principal = settings.Scheduler.Credential?.Principal, FirstTurn = settings.FirstTurn, PlatformUrl = settings.PlatformUrl, Spread = Random.Shared.NextDouble,
        }, SchedulerMemory.Read(documents.Load(clusterId)));
        // What was there before a restart is seen from the first moment: nobody may take it for gone.
        Publish();
    }

    /// <summary>Raised, on the scheduler's own loop, when something that others may see has changed. Handlers must be quick.</summary>
    public event Action? Changed;

    /// <summary>Raised, on the scheduler's own loop, when it begins or no longer needs to gather offers for its first places.</summary>
    public event Action<bool>? Gathering;

    public string ClusterId => core.ClusterId;

    public string? FrameworkId => frameworkId;

    /// <summary>What is there of the cluster now; null when nothing is left.</summary>
    public ClusterObservation? Observation => observation;

    /// <summary>How other clusters reach this one; null when there is nothing to reach.</summary>
    public ClusterConnection? Connection => connection;

    /// <summary>What the console's proxy adds to requests for one of the cluster's endpoints.</summary>
    public IReadOnlyDictionary<string, string> ProxyHeaders(string endpoint) => proxied is { } known ? package.ProxyHeaders(known, endpoint) : new Dictionary<string, string>(0);

    /// <summary>What one of the cluster's operations hands out, by its number; none before it is complete, or where it hands nothing out.</summary>
    public IReadOnlyDictionary<string, string> HandedOut(int operation) =>
        proxied is { } known && observation?.Operations.FirstOrDefault(seen => seen.Number == operation && seen.HandsOut) is { } done
            ? package.HandedOut(known, placed, new WantedOperation(done.Number, done.Name, done.Folder, done.AskedAt) { Inputs = done.Inputs }) : new Dictionary<string, string>(0);

    /// <summary>How one of the cluster's tables is asked for; null when nothing serves that could answer.</summary>
    public TableCommand? Ask(string table) => proxied is { } known && package.Ask(known, placed, table) is { } question
        ? new TableCommand(question.Task, TaskInfos.Command(new TaskCommand(question.Command.Program, question.Command.Arguments, new Dictionary<string, string>(0), [], []) { Secrets = question.Command.Secrets }))
        : null;

    /// <summary>Tells the scheduler something; in the order of the calls.</summary>
    public void Post(SchedulerCommand command)
    {
        if (!commands.Writer.TryWrite(command))
            _ = commands.Writer.WriteAsync(command).AsTask();
    }

    /// <summary>Works until it is cancelled, until nothing is left of the cluster, or until another scheduler takes its framework over.</summary>
    /// <exception cref="SchedulerReplacedException">Another scheduler subscribed with this framework's id, or the master refuses this one.</exception>
    /// <exception cref="LeaseLostException">Another control plane decides for this cluster by now.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var client = new SchedulerClient(settings.Scheduler, clock, Random.Shared.Next());
        using var timer = clock.CreateTimer(_ => commands.Writer.TryWrite(new SchedulerCommand.Tick()), null, TickEvery, TickEvery);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isQuiet = false;
        Task subscription = Task.CompletedTask;
        try
        {
            var hasSubscribed = false;
            await foreach (var command in commands.Reader.ReadAllAsync(cancellationToken))
            {
                var effects = core.Handle(command, time.Now);
                var durable = effects.OfType<SchedulerEffect.Store>().Select(effect => effect.Change).ToList();
                if (durable.Count > 0)
                    documents.Write(ClusterId, durable);
                // Not before something was told: of what turns out to be gone no framework is to be left at the master.
                if (!hasSubscribed && !core.IsGone && command is not SchedulerCommand.Tick)
                {
                    hasSubscribed = true;
                    subscription = SubscribeAsync(client, stop.Token);
                }
                foreach (var effect in effects)
                {
                    if (effect is SchedulerEffect.Resubscribe(var again, var reason))
                    {
                        await subscription;
                        if (!again)
                            throw new SchedulerReplacedException($"the scheduler of {name} no longer holds its framework: {reason}");
                        await Task.Delay(ResubscribePause, clock, cancellationToken);
                        subscription = SubscribeAsync(client, stop.Token);
                    }
                    else
                        await RunAsync(effect, client, cancellationToken);
                }
                if (core.IsGone)
                    return;
                if (core.IsQuiet != isQuiet)
                {
                    isQuiet = core.IsQuiet;
                    timer.Change(isQuiet ? QuietTickEvery : TickEvery, isQuiet ? QuietTickEvery : TickEvery);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped as asked: tasks go on, the framework waits for its scheduler to come back.
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
            await foreach (var signal in client.SubscribeAsync(FrameworkInfos.Of(ClusterId, name, package.Name, settings, core.FrameworkId), cancellationToken))
                await commands.Writer.WriteAsync(new SchedulerCommand.Signal(signal), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The scheduler stops.
        }
    }

    private async Task RunAsync(SchedulerEffect effect, SchedulerClient client, CancellationToken cancellationToken)
    {
        switch (effect)
        {
            case SchedulerEffect.Call(var call):
                await CallAsync(client, call, cancellationToken);
                break;
            case SchedulerEffect.Resolve resolve:
                _ = ResolveAsync(resolve, cancellationToken);
                break;
            case SchedulerEffect.Gathering(var wanted):
                Gathering?.Invoke(wanted);
                break;
            case SchedulerEffect.Changed:
                Publish();
                Changed?.Invoke();
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
            Post(new SchedulerCommand.Lost(call));
        }
    }

    private async Task ResolveAsync(SchedulerEffect.Resolve resolve, CancellationToken cancellationToken)
    {
        ArtifactResolution resolution;
        try
        {
            lake.Prepare(resolve.LakeFolders);
            var progress = new Progress<ArtifactProgress>(step => commands.Writer.TryWrite(new SchedulerCommand.Resolving(step)));
            resolution = await ArtifactChoice.ResolveAsync(artifacts, resolve.Needs, resolve.Alternative, progress, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception failed)
        {
            resolution = new ArtifactResolution.Unavailable(failed.Message);
        }
        Post(new SchedulerCommand.Resolved(resolve.Target, resolution));
    }

    private void Publish()
    {
        observation = core.Observe(time.Now);
        connection = core.Connect(observation);
        placed = core.Placed();
        proxied = core.IsGone ? null : core.Settings;
        frameworkId = core.FrameworkId;
    }
}
