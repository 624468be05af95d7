using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Core.Client.Scheduler;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>
/// What the scheduler of one cluster decides: a command and the time in, effects out. No IO, no clock, no chance; one caller at a time.
/// The same commands lead to the same state and effects.
/// </summary>
public sealed partial class SchedulerCore
{
    private const int KeptEvents = 200;
    private static readonly TimeSpan ArtifactsPause = TimeSpan.FromSeconds(30);

    private readonly ServicePackage package;
    private readonly CoreSettings settings;
    private readonly ClusterWork cluster;
    private readonly bool isNew;
    private List<SchedulerEffect> effects = [];
    private bool isSettled;

    /// <param name="memory">What was stored; empty for a cluster that is new.</param>
    public SchedulerCore(ServicePackage package, string clusterId, CoreSettings settings, SchedulerMemory memory)
    {
        this.package = package;
        this.settings = settings;
        isNew = memory.Facts is null;
        cluster = new ClusterWork(clusterId, memory.Facts ?? new ClusterFacts(settings.NewKey())) { WaitsForTurnOf = settings.FirstTurn };
        cluster.Events.AddRange(memory.Events);
        foreach (var record in memory.Pods)
            cluster.Pods[record.Name] = record;
        foreach (var row in memory.Tasks)
        {
            cluster.Add(row);
            // What served before the restart is taken to serve until its agent says otherwise: adopting must not look like an outage.
            if (row is { Living: true, ReadyAt: not null })
                cluster.Serving.Add(row.TaskId);
        }
        foreach (var activity in memory.Activities)
        {
            cluster.Activities[activity.TaskId] = activity;
            if (activity.LastAt is { } at)
                cluster.RememberedActivities[activity.TaskId] = at;
        }
    }

    public string ClusterId => cluster.Id;

    public string? FrameworkId => cluster.Facts.FrameworkId;

    /// <summary>Null while subscribed; else why not.</summary>
    public string? Disconnected { get; private set; } = "not connected to the master yet";

    /// <summary>Nothing is left of the cluster.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Nothing is on its way: time alone changes little.</summary>
    public bool IsQuiet => Disconnected is null && held.Count == 0 && unwanted.Count == 0 && unconfirmed.Count == 0 && plans.SelectMany(plan => plan.Steps).All(step => step.State == StepState.Complete)
        && operations.SelectMany(plan => plan.Steps).All(step => step.State is StepState.Complete or StepState.Failed);

    /// <summary>Applies a command. Effects are to be run in order, durable ones first.</summary>
    public IReadOnlyList<SchedulerEffect> Handle(SchedulerCommand command, DateTimeOffset now)
    {
        effects = [];
        if (IsGone)
            return effects;
        if (!isSettled)
            Settle(now);
        switch (command)
        {
            case SchedulerCommand.Want(var wanted):
                Want(wanted, now);
                break;
            case SchedulerCommand.Remove:
                Remove(now);
                break;
            case SchedulerCommand.Signal(var signal):
                Receive(signal, now);
                break;
            case SchedulerCommand.Resolving(var progress):
                cluster.Progress = progress;
                Changed();
                break;
            case SchedulerCommand.Resolved(var target, var resolution):
                Resolve(target, resolution, now);
                break;
            case SchedulerCommand.Connected(var name, var connection):
                Connect(name, connection);
                break;
            case SchedulerCommand.Turn(var waitsFor):
                if (cluster.WaitsForTurnOf != waitsFor)
                    Changed();
                cluster.WaitsForTurnOf = waitsFor;
                break;
            case SchedulerCommand.Lost(var call):
                wasMisheard |= call.Type is SchedulerCall.Types.Type.Revive or SchedulerCall.Types.Type.Suppress;
                break;
            case SchedulerCommand.Tick:
                Tick(now);
                break;
            default:
                throw new InvalidOperationException($"unknown command {command.GetType().Name}");
        }
        if (!IsGone)
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
        if (isNew)
            SaveFacts(cluster.Facts);
        foreach (var row in cluster.Tasks.Values.ToList())
            cluster.Tasks[row.Name] = NotAfter(row, now);
        for (var place = 0; place < cluster.Past.Count; place++)
            cluster.Past[place] = NotAfter(cluster.Past[place], now);
        foreach (var record in cluster.Pods.Values.ToList())
            cluster.Pods[record.Name] = record with { FailedAt = NotAfter(record.FailedAt, now) };
    }

    private static TaskRow NotAfter(TaskRow row, DateTimeOffset now) => row with
    {
        StartedAt = NotAfter(row.StartedAt, now), ReadyAt = NotAfter(row.ReadyAt, now), EndedAt = NotAfter(row.EndedAt, now), UnreachableSince = NotAfter(row.UnreachableSince, now),
    };

    private static DateTimeOffset? NotAfter(DateTimeOffset? time, DateTimeOffset now) => time > now ? now : time;

    private void Want(WantedCluster wanted, DateTimeOffset now)
    {
        if (cluster.Facts.Removing)
            return;
        var before = cluster.Wanted;
        cluster.Wanted = wanted;
        if (wanted.Retries > cluster.Facts.Retries)
            Retry(wanted.Retries, now);
        if (before is null || before.Target != wanted.Target)
        {
            if (before is not null)
                Happened("", $"target {wanted.Target} is wanted", now);
            AskArtifacts(now);
        }
        else if (before.Restarts != wanted.Restarts || before.Rotations != wanted.Rotations)
        {
            // Packages may have asked for the secrets when they specified.
            if (before.Rotations != wanted.Rotations && cluster is { Settings: { } specified } && cluster.SpecifiedTarget == wanted.Target)
                Specify(specified.Artifacts);
            FindOutdated();
        }
        ForgetOperations();
        if (before?.Goal != wanted.Goal)
            Aim(wanted.Goal, now);
        Changed();
    }

    private void Aim(ClusterGoal goal, DateTimeOffset now)
    {
        if (goal == ClusterGoal.Park && cluster.Facts.ReadyAt is not null)
            SaveFacts(cluster.Facts with { ReadyAt = null });
        if (goal == ClusterGoal.Park)
            Shrink();
        if (cluster.Facts.ParkedAt is not null && goal == ClusterGoal.Run)
            Happened("", "resumed", now);
    }

    private void Retry(int retries, DateTimeOffset now)
    {
        Happened("", "what has failed is tried again by request", now);
        SaveFacts(cluster.Facts with { Retries = retries });
        foreach (var record in cluster.Pods.Values.Where(record => record.Failures + record.LaunchFailures > 0).ToList())
            Save(record with { Failures = 0, LaunchFailures = 0, FailedAt = null, FailureReason = null });
        if (cluster.Unavailable is not null)
            AskArtifacts(now);
    }

    private void AskArtifacts(DateTimeOffset now)
    {
        cluster.ArtifactsAskedAt ??= now;
        cluster.AskAgainAt = null;
        var wanted = cluster.Wanted!;
        Emit(new SchedulerEffect.Resolve(wanted.Target, package.Needs(wanted.Options), package.Alternative(wanted.Options), package.LakeFolders(SettingsOf(wanted.Options, ResolvedArtifacts.None))));
    }

    private void Resolve(int target, ArtifactResolution resolution, DateTimeOffset now)
    {
        if (cluster.Wanted is not { } wanted || wanted.Target != target || cluster.Facts.Removing)
            return;
        cluster.Progress = null;
        switch (resolution)
        {
            case ArtifactResolution.Ready(var artifacts) ready:
                cluster.Unavailable = null;
                StandIn(ready.StandIn, now);
                cluster.ArtifactsReadyAt = now;
                Specify(artifacts);
                FindOutdated();
                break;
            case ArtifactResolution.Unavailable(var reason):
                Lack(reason, now);
                break;
            case ArtifactResolution.Mismatched(var reason):
                Lack(reason, now);
                break;
        }
        Changed();
    }

    private void Specify(ResolvedArtifacts artifacts)
    {
        var wanted = cluster.Wanted!;
        cluster.Settings = SettingsOf(wanted.Options, artifacts);
        cluster.Specification = Grown(NeededClusters.Given(package.Specify(cluster.Settings), BeyondPackage(wanted), cluster.Connections.GetValueOrDefault));
        cluster.SpecifiedTarget = wanted.Target;
    }

    private void Lack(string reason, DateTimeOffset now)
    {
        cluster.Unavailable = reason;
        cluster.AskAgainAt = now + ArtifactsPause;
    }

    /// <summary>Asked anew after every restart; it happened when it was not so before.</summary>
    private void StandIn(string? text, DateTimeOffset now)
    {
        if (cluster.Facts.StandIn == text)
            return;
        Happened("", text ?? "all that was wanted of its artifacts is there", now);
        SaveFacts(cluster.Facts with { StandIn = text });
    }

    private void Connect(string name, ClusterConnection? connection)
    {
        if (connection is null)
            cluster.Connections.Remove(name);
        else
            cluster.Connections[name] = connection;
        Changed();
    }

    private void Remove(DateTimeOffset now)
    {
        if (!cluster.Facts.Removing)
        {
            Happened("", "is being deleted", now);
            SaveFacts(cluster.Facts with { Removing = true });
            removingSince = now;
        }
        Changed();
    }

    private ClusterSettings SettingsOf(System.Text.Json.Nodes.JsonObject options, ResolvedArtifacts artifacts) => new(
        cluster.Wanted! with { Options = options }, settings.LakePath, artifacts, SecretOf, cluster.Connections.GetValueOrDefault)
    {
        PlatformUrl = settings.PlatformUrl(), OperationSecret = number => ClusterSecrets.OfOperation(cluster.Facts.Key, cluster.Id, number),
    };

    private string SecretOf(string name) => ClusterSecrets.Derive(cluster.Facts.Key, cluster.Id, name, cluster.Wanted!.Rotations);

    private void Emit(SchedulerEffect effect) => effects.Add(effect);

    private void Call(SchedulerCall call) => Emit(new SchedulerEffect.Call(call));

    private void Store(DocumentChange change) => Emit(new SchedulerEffect.Store(change));

    private void Changed()
    {
        var changed = new SchedulerEffect.Changed();
        if (!effects.Contains(changed))
            Emit(changed);
    }

    private void SaveFacts(ClusterFacts facts)
    {
        cluster.Facts = facts;
        Store(SchedulerMemory.Put(facts));
        Changed();
    }

    private void Save(PodRecord record)
    {
        cluster.Pods[record.Name] = record;
        Store(SchedulerMemory.Put(record));
        Changed();
    }

    private void Save(TaskRow row)
    {
        cluster.Tasks[row.Name] = row;
        Store(SchedulerMemory.Put(row));
        Changed();
    }

    private void Happened(string subject, string text, DateTimeOffset now)
    {
        var happened = new ClusterEvent(cluster.Events.Count == 0 ? 1 : cluster.Events[^1].Number + 1, now, subject, text);
        cluster.Events.Add(happened);
        Store(SchedulerMemory.Put(happened));
        if (cluster.Events.Count <= KeptEvents)
            return;
        Store(SchedulerMemory.RemoveEvent(cluster.Events[0].Number));
        cluster.Events.RemoveAt(0);
    }
}
