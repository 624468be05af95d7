using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Plans;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Operators;

/// <summary>The schedulers of one package's clusters: each cluster has its own, and shares nothing with another.</summary>
/// <param name="make">Makes the scheduler of a cluster by its id and name, from what is stored of it.</param>
public sealed class PackageSchedulers(
    ServicePackage package, IArtifactSource artifacts, string lakePath, Func<string, string, ClusterScheduler> make, ILogger logger) : IClusterOperator
{
    private readonly ConcurrentDictionary<string, HostedScheduler> schedulers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> homeless = new(StringComparer.Ordinal);
    private readonly Lock starting = new();
    private readonly List<Task> running = [];
    private CancellationToken? stop;

    public string Name => package.Name;

    public JsonObject Defaults => package.Description.Defaults;

    public PackageView Package => View(package.Description);

    public PackageView? PackageOf(string version) => package.DescriptionOf(version) is { } about ? View(about) : null;

    public JsonObject Whole(JsonObject options) =>
        OptionsCheck.WithDefaults((ClusterVersions.In(options) is { } version ? package.DescriptionOf(version) : null)?.Defaults ?? Defaults, options);

    public IReadOnlyCollection<string> Known => [.. schedulers.Keys];

    public bool Knows(string clusterId) => schedulers.ContainsKey(clusterId);

    public event Action<string>? Changed;

    /// <summary>A cluster begins, or no longer needs, to gather offers for its first places.</summary>
    public event Action<string, bool>? Gathering;

    public IReadOnlyList<PodNeeds> Needs(JsonObject options) => TrialSpecification.Needs(package, options, lakePath);

    public IReadOnlyList<PodChange> Changes(JsonObject before, JsonObject after)
    {
        // Whatever the cluster began with is no difference.
        var was = Whole(before);
        return TargetDiff.Of(TrialSpecification.Of(package, was, lakePath), TrialSpecification.Of(package, Whole(after), lakePath, launched: was));
    }

    public IReadOnlyList<string> Connections(JsonObject options) => package.Connections(options);

    public IReadOnlyList<string> Exports(JsonObject options) => TrialSpecification.Exports(package, Whole(options), lakePath);

    public string? FrameworkIdOf(string clusterId) => schedulers.GetValueOrDefault(clusterId)?.FrameworkId;

    /// <summary>
    /// What was asked for before the package had an option has the option's default. Nothing else is started for what runs on a version
    /// that is not here.
    /// </summary>
    public void Want(DesiredCluster cluster)
    {
        JsonObject Known(JsonObject options) => Whole(this.Pinned(options, cluster.Version));
        var wanted = cluster.ToWanted();
        wanted = wanted with { Options = Known(wanted.Options), Earlier = wanted.Earlier.ToDictionary(earlier => earlier.Key, earlier => Known(earlier.Value)) };
        var version = ClusterVersions.In(wanted.Options);
        if (version is not null && package.DescriptionOf(version) is null)
        {
            homeless[cluster.Id] = $"{package.Name} {version}, on which it runs, is not here; there are {string.Join(", ", package.Versions)}";
            Changed?.Invoke(cluster.Id);
            return;
        }

        homeless.TryRemove(cluster.Id, out _);
        Of(cluster).Post(new SchedulerCommand.Want(wanted));
    }

    private PackageView View(PackageDescription about)
    {
        var why = package.Alternative(about.Defaults) is null ? artifacts.Unavailable(package.Needs(about.Defaults)) : null;
        return new PackageView(package.Name, about.Title, about.Description, about.Version, about.Schema, about.Defaults, why) 
        {
            Versions = package.Versions,
            Operations = [.. about.Operations.Select(operation => new PackageOperationView(operation.Name, operation.Title, operation.Description, operation.Kind.ToString().ToLowerInvariant()) { Inputs = operation.Inputs })],
        };
    }

    public FieldProblem? Problem(JsonObject options) => package.WhyNot(options, lakePath) is { } refusal ? new FieldProblem("options." + refusal.Option, refusal.Reason, refusal.Allowed) : null;

    public IReadOnlyDictionary<string, TimeSpan> Recurring(JsonObject options) => package.Recurring(options);

    public FieldProblem? Problem(JsonObject options, string operation, JsonObject inputs) =>
        package.WhyNot(options, operation, inputs, lakePath) is { } refusal ? new FieldProblem("inputs." + refusal.Option, refusal.Reason, refusal.Allowed) : null;

    public void Remove(DesiredCluster cluster)
    {
        homeless.TryRemove(cluster.Id, out _);
        Of(cluster).Post(new SchedulerCommand.Remove());
    }

    public ClusterObservation? Observe(string clusterId) => schedulers.GetValueOrDefault(clusterId)?.Observation
        ?? (homeless.TryGetValue(clusterId, out var reason) ? ClusterObservation.Unscheduled with { State = ClusterState.Failed, Reason = reason } : null);

    public ClusterConnection? Connection(string clusterId) => schedulers.GetValueOrDefault(clusterId)?.Connection;

    public IReadOnlyDictionary<string, string> ProxyHeaders(string clusterId, string endpoint) =>
        schedulers.GetValueOrDefault(clusterId)?.ProxyHeaders(endpoint) ?? new Dictionary<string, string>(0);

    public IReadOnlyDictionary<string, string> HandedOut(string clusterId, int operation) => schedulers.GetValueOrDefault(clusterId)?.HandedOut(operation) ?? new Dictionary<string, string>(0);

    public TableCommand? Ask(string clusterId, string table) => schedulers.GetValueOrDefault(clusterId)?.Ask(table);

    /// <summary>What the cluster's scheduler was last told to be wanted; null when there is none, or only a deletion was asked of it.</summary>
    public WantedCluster? Wanted(string clusterId) => schedulers.GetValueOrDefault(clusterId)?.Wanted;

    /// <summary>Tells the cluster's scheduler, if there is one.</summary>
    public void Post(string clusterId, SchedulerCommand command) => schedulers.GetValueOrDefault(clusterId)?.Post(command);

    /// <summary>From now on schedulers work, those that are asked for later as well, until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        lock (starting)
        {
            stop = cancellation;
            foreach (var scheduler in schedulers.Values) running.Add(RunAsync(scheduler, cancellation));
        }

        await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        List<Task> left;
        lock (starting)
        {
            left = [.. running];
            stop = null;
        }

        await Task.WhenAll(left);
        schedulers.Clear();
    }

    private HostedScheduler Of(DesiredCluster cluster)
    {
        if (schedulers.TryGetValue(cluster.Id, out var known)) return known;
        lock (starting)
        {
            if (schedulers.TryGetValue(cluster.Id, out known)) return known;
            var scheduler = new HostedScheduler(cluster.Id, cluster.Name, () => make(cluster.Id, cluster.Name), logger);
            scheduler.Changed += () => Changed?.Invoke(cluster.Id);
            scheduler.Gathering += wanted => Gathering?.Invoke(cluster.Id, wanted);
            schedulers[cluster.Id] = scheduler;
            running.RemoveAll(task => task.IsCompleted);
            if (stop is { } token) running.Add(RunAsync(scheduler, token));
            return scheduler;
        }
    }

    private async Task RunAsync(HostedScheduler scheduler, CancellationToken cancellation)
    {
        await Task.Yield();
        await scheduler.RunAsync(cancellation);
        if (cancellation.IsCancellationRequested) return;
        schedulers.TryRemove(scheduler.ClusterId, out _);
        Changed?.Invoke(scheduler.ClusterId);
    }
}
