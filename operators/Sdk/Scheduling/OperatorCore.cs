using System.Security.Cryptography;
using System.Text;

using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>
/// What an operator decides: a command and the time in, effects out. No IO, no clock, no chance; one caller at a time. The same
/// commands lead to the same state and effects.
/// </summary>
public sealed partial class OperatorCore
{
    private static readonly TimeSpan ArtifactsPause = TimeSpan.FromSeconds(30);

    private readonly ServicePackage package;
    private readonly CoreSettings settings;
    private readonly byte[] key;
    private readonly SortedDictionary<string, ClusterWork> clusters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> clusterOfTask = new(StringComparer.Ordinal);
    private List<OperatorEffect> effects = [];
    private bool isSettled;

    public OperatorCore(ServicePackage package, CoreSettings settings, OperatorMemory memory)
    {
        this.package = package;
        this.settings = settings;
        key = memory.Key;
        FrameworkId = memory.FrameworkId;
        foreach (var facts in memory.Clusters)
            Work(facts.ClusterId).Facts = facts;
        foreach (var row in memory.Tasks)
        {
            var cluster = Work(row.ClusterId);
            cluster.Add(row);
            clusterOfTask[row.TaskId] = row.ClusterId;
            // What served before the restart is taken to serve until its agent says otherwise: adopting must not look like an outage.
            if (row is { Living: true, ReadyAt: not null })
                cluster.Serving.Add(row.TaskId);
        }
    }

    public string? FrameworkId { get; private set; }

    /// <summary>Null while subscribed; else why not.</summary>
    public string? Disconnected { get; private set; } = "not connected to the master yet";

    public IReadOnlyCollection<string> Known => [.. clusters.Keys];

    /// <summary>Applies a command. Effects are to be run in order, durable ones first.</summary>
    public IReadOnlyList<OperatorEffect> Handle(OperatorCommand command, DateTimeOffset now)
    {
        effects = [];
        if (!isSettled)
            Settle(now);
        switch (command)
        {
            case OperatorCommand.Want(var wanted):
                Want(wanted, now);
                break;
            case OperatorCommand.Remove(var id):
                Remove(id);
                break;
            case OperatorCommand.Signal(var signal):
                Receive(signal, now);
                break;
            case OperatorCommand.Resolving(var id, var progress):
                if (clusters.TryGetValue(id, out var resolving))
                    resolving.Progress = progress;
                Changed(id);
                break;
            case OperatorCommand.Resolved(var id, var resolution):
                Resolve(id, resolution, now);
                break;
            case OperatorCommand.Lost(var call):
                wasMisheard |= call.Type is SchedulerCall.Types.Type.Revive or SchedulerCall.Types.Type.Suppress;
                break;
            case OperatorCommand.Tick:
                Tick(now);
                break;
            default:
                throw new InvalidOperationException($"unknown command {command.GetType().Name}");
        }
        Advance(now);
        return effects;
    }

    /// <summary>
    /// The clock may have been set back since another process wrote these: nothing that has happened is still to come, and no
    /// pause is longer than it was meant to be.
    /// </summary>
    private void Settle(DateTimeOffset now)
    {
        isSettled = true;
        foreach (var cluster in clusters.Values)
        {
            foreach (var row in cluster.Tasks.Values.ToList())
                cluster.Tasks[row.Name] = NotAfter(row, now);
            for (var place = 0; place < cluster.Past.Count; place++)
                cluster.Past[place] = NotAfter(cluster.Past[place], now);
        }
    }

    private static TaskRow NotAfter(TaskRow row, DateTimeOffset now)
    {
        DateTimeOffset? Past(DateTimeOffset? time) => time > now ? now : time;
        return row with { StartedAt = Past(row.StartedAt), ReadyAt = Past(row.ReadyAt), EndedAt = Past(row.EndedAt), UnreachableSince = Past(row.UnreachableSince) };
    }

    private void Want(WantedCluster wanted, DateTimeOffset now)
    {
        var cluster = Work(wanted.Id);
        if (cluster.Wanted is not null || cluster.Removing)
            return;
        cluster.Wanted = wanted;
        Emit(new OperatorEffect.Store(new StoreChange.Cluster(cluster.Facts)));
        AskArtifacts(cluster, now);
        Changed(wanted.Id);
    }

    private void AskArtifacts(ClusterWork cluster, DateTimeOffset now)
    {
        cluster.ArtifactsAskedAt ??= now;
        cluster.AskAgainAt = null;
        var options = cluster.Wanted!.Options;
        var before = new ClusterSettings(cluster.Wanted, settings.LakePath, ResolvedArtifacts.None, name => SecretOf(cluster.Id, name), settings.Connection);
        Emit(new OperatorEffect.Resolve(cluster.Id, package.Needs(options), package.Alternative(options), package.LakeFolders(before)));
    }

    private void Resolve(string id, ArtifactResolution resolution, DateTimeOffset now)
    {
        if (!clusters.TryGetValue(id, out var cluster) || cluster.Wanted is not { } wanted || cluster.Specification is not null)
            return;
        cluster.Progress = null;
        switch (resolution)
        {
            case ArtifactResolution.Ready(var artifacts):
                cluster.Unavailable = null;
                cluster.ArtifactsReadyAt = now;
                cluster.Settings = new ClusterSettings(wanted, settings.LakePath, artifacts, name => SecretOf(id, name), settings.Connection);
                cluster.Specification = package.Specify(cluster.Settings);
                break;
            case ArtifactResolution.Unavailable(var reason):
                cluster.Unavailable = reason;
                cluster.AskAgainAt = now + ArtifactsPause;
                break;
        }
        Changed(id);
    }

    private void Remove(string id)
    {
        if (!clusters.TryGetValue(id, out var cluster))
        {
            Changed(id);
            return;
        }
        if (cluster.Removing)
            return;
        cluster.Facts = cluster.Facts with { Removing = true };
        Emit(new OperatorEffect.Store(new StoreChange.Cluster(cluster.Facts)));
        Changed(id);
    }

    private string SecretOf(string clusterId, string name) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{clusterId}/{name}")));

    private ClusterWork Work(string id) => clusters.TryGetValue(id, out var known) ? known : clusters[id] = new ClusterWork(id);

    private ClusterWork? ClusterOf(string taskId) => clusterOfTask.TryGetValue(taskId, out var id) ? clusters.GetValueOrDefault(id) : null;

    private void Emit(OperatorEffect effect) => effects.Add(effect);

    private void Call(SchedulerCall call) => Emit(new OperatorEffect.Call(call));

    private void Changed(string id)
    {
        var changed = new OperatorEffect.Changed(id);
        if (!effects.Contains(changed))
            Emit(changed);
    }

    private void Save(ClusterWork cluster, TaskRow row)
    {
        cluster.Tasks[row.Name] = row;
        Emit(new OperatorEffect.Store(new StoreChange.Task(row)));
        Changed(cluster.Id);
    }
}

/// <param name="NewId">Makes task ids unique; seeded in tests.</param>
/// <param name="Connection">Another cluster by name.</param>
public sealed record CoreSettings(string LakePath, Func<Guid> NewId, Func<string, ClusterConnection?> Connection)
{
    /// <summary>As whom tasks run; empty: as the framework's user. The master keeps the user that a framework has first had, so each task names it.</summary>
    public string User { get; init; } = "";

    /// <summary>A task whose host has been out of reach for so long is given up and started elsewhere.</summary>
    public TimeSpan UnreachableWithin { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>From 0 to 1, drawn: operators that began together do not ask the master all at once ever after.</summary>
    public Func<double> Spread { get; init; } = static () => 0;
}
