using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Plans;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>What follows from the state, whatever happened: steps of plans, kills, whether offers are welcome.</content>
public sealed partial class SchedulerCore
{
    private static readonly TimeSpan KillAgainAfter = TimeSpan.FromSeconds(5);

    /// <summary>A host that is away does not hold up the end of a cluster: what is reserved there is released when it comes back.</summary>
    private static readonly TimeSpan ReleaseWithin = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan TeardownAgainAfter = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> welcome = new(StringComparer.Ordinal);
    private bool suppressed;

    /// <summary>The master does not know whether offers are welcome: with the next tick it is told again.</summary>
    private bool wasMisheard;

    private bool isGathering;
    private DateTimeOffset? removingSince;
    private DateTimeOffset? teardownAskedAt;
    private IReadOnlyList<Plan> plans = [];
    private IReadOnlyList<Plan> operations = [];

    private void Tick(DateTimeOffset now)
    {
        if (wasMisheard)
        {
            (wasMisheard, suppressed) = (false, false);
            welcome.Clear();
        }

        if (Disconnected is null && now >= askAfterAllAt)
            AskAfterAll(now);
        else if (Disconnected is null && now - reconciledAt >= ReconcileEvery)
            Reconcile(now);
        if (Disconnected is null)
            KillUnwantedAgain(now);
        TellActivity(now);
        LetGo(now);
        GiveUpSilentPlaces(now);
        if (cluster is { Wanted: not null, Facts.Removing: false, AskAgainAt: { } at } && at <= now)
            AskArtifacts(now);
        // Where its data is nothing else will do: that it goes on elsewhere without them is a person's decision.
        foreach (var row in cluster.Living.Where(row => row.UnreachableSince is { } since && now - since >= settings.UnreachableWithin && !cluster.HoldsData(row.Pod)).ToList())
            Ended(row with { EndedAt = now, State = "TASK_LOST", Message = $"its host has been out of reach for {settings.UnreachableWithin.TotalSeconds:0} s" }, EndKind.Host, now);
    }

    private void Advance(DateTimeOffset now)
    {
        if (cluster.Facts.Removing)
            GiveUpUnreachable(now);
        else if (cluster.Specification is not null && !cluster.MustPark)
            Mend(now);
        MakePlans(now);
        // What a step has led to can make the next one eligible: a place is released in the turn in which its task has ended.
        for (var round = 0; round < 2 && !IsGone; round++)
        {
            if (!Take(now))
                break;
            MakePlans(now);
        }
        if (IsGone)
            return;
        Reach(now);
        Gather();
        Welcome(now);
    }

    private void MakePlans(DateTimeOffset now)
    {
        plans = PlanBuilder.Build(cluster, Disconnected, now);
        operations = cluster.Facts.Removing ? [] : OperationPlans.Build(cluster, Disconnected, now);
    }

    /// <returns>Something of what the plans are made of has changed.</returns>
    private bool Take(DateTimeOffset now)
    {
        var hasChanged = false;
        foreach (var step in plans.SelectMany(plan => plan.Steps).Where(step => step.IsEligible).ToList())
        {
            switch (step.Kind)
            {
                case StepKind.Kill:
                    foreach (var row in cluster.LivingOf(step.Pod).ToList())
                        End(row, KillReason(row), failed: false, now);
                    break;
                case StepKind.Release:
                    hasChanged |= GiveUpPlace(step.Pod, now);
                    hasChanged |= (cluster.Facts.Removing || !cluster.MustPark) && GiveUpVolumes(step.Pod, now);
                    // Should it be wanted again, it is one that was added.
                    if (!cluster.MustPark && cluster.Pods.GetValueOrDefault(step.Pod) is { FirstLaunchedAt: not null } record)
                        Save(record with { FirstLaunchedAt = null, FirstReadyAt = null });
                    break;
                case StepKind.Act when step.Pod.Length == 0:
                    TearDown(now);
                    break;
            }
        }
        return hasChanged;
    }

    private string KillReason(TaskRow row) => cluster.Facts.Removing ? "the cluster is being deleted"
        : cluster.MustPark ? "the cluster is being parked"
        : cluster.Outdated.GetValueOrDefault(row.TaskId) ?? "it is wanted no longer";

    private void GiveUpUnreachable(DateTimeOffset now)
    {
        // What may still run there is killed when the host comes back.
        foreach (var row in cluster.Living.Where(row => row.UnreachableSince is not null).ToList())
            Ended(row with { EndedAt = now, Message = "given up: its host is out of reach" }, EndKind.Host, now);
        if (cluster.Living.Any())
            removingSince = now;
        else if (now - (removingSince ??= now) >= ReleaseWithin)
            foreach (var record in cluster.Pods.Values.Where(record => record.HoldsHost).ToList())
                Save(record with { Place = null, Volumes = null, Leaving = [], LeavingVolumes = [] });
    }

    private void TearDown(DateTimeOffset now)
    {
        if (FrameworkId is null)
        {
            // One that was wanted in this process may be on its way to a framework of its own.
            if (cluster.Wanted is null || now - removingSince >= ReleaseWithin)
                Forget();
        }
        else if (Disconnected is null && (teardownAskedAt is not { } asked || now - asked >= TeardownAgainAfter))
        {
            teardownAskedAt = now;
            Call(new SchedulerCall { Type = SchedulerCall.Types.Type.Teardown });
        }
    }

    private void Forget()
    {
        IsGone = true;
        Store(new DocumentChange.Forget());
        if (isGathering)
            Emit(new SchedulerEffect.Gathering(isGathering = false));
        Changed();
    }

    /// <summary>What breaks is ended here; that it starts again is the plans' business.</summary>
    private void Mend(DateTimeOffset now)
    {
        Replace(now);
        foreach (var instance in cluster.InstancesAndOperations().ToList())
        {
            if (cluster.PlaceOf(instance.Name) is { } place && !cluster.LivingOf(instance.Name).Any() && !Suits(instance, place))
                GiveUpPlace(instance.Name, now);
            foreach (var (name, task) in instance.TaskNames())
            {
                if (!cluster.Tasks.TryGetValue(name, out var row) || !row.Living)
                    continue;
                if (row.KillReason is { } already)
                    End(row, already, row.Failed, now);
                else if (Moved(row) is { } moved)
                    End(row, moved, failed: false, now);
                else if (row is { StartedAt: { } started, ReadyAt: null } && now - started >= task.ReadyWithin)
                    End(row, $"not ready {task.ReadyWithin.TotalSeconds:0} s after its start: {cluster.ChecksMissed.GetValueOrDefault(row.TaskId, "no answer")}", failed: true, now);
                else if (EndedNeighbour(instance, name) is { } neighbour)
                    End(row, $"{neighbour} of the same pod ended", failed: false, now);
            }
        }
    }

    /// <summary>What has run once needs no place any more, and one of another size another place.</summary>
    private bool Suits(PodInstance instance, PodPlace place) =>
        place.Reserved == instance.Pod.Resources && !(instance.Pod.IsOperation && cluster.IsOver(instance)) && VolumesSuit(instance) && !(instance.Pod.Tasks.All(task => task.RunsOnce) && cluster.IsComplete(instance))
        && instance.TaskNames().All(task => place.Ports.TryGetValue(task.Task, out var ports) && task.Specification.Ports.ToHashSet().SetEquals(ports.Keys));

    /// <summary>What the task's command named is another one by now.</summary>
    private string? Moved(TaskRow row)
    {
        var places = row.Dependencies.Keys.Any(name => name.StartsWith(TaskContext.PlacePrefix, StringComparison.Ordinal)) ? cluster.Places() : null;
        foreach (var (name, was) in row.Dependencies)
        {
            if (cluster.Tasks.TryGetValue(name, out var peer) && peer.TaskId != was)
                return $"{name} was replaced, on which it depends";
            if (name.StartsWith(TaskContext.PlacePrefix, StringComparison.Ordinal) && places!.TryGetValue(name[TaskContext.PlacePrefix.Length..], out var place) && place.Location != was)
                return $"{place.Name} is elsewhere now, on which it depends";
            if (name.StartsWith(ConnectionPrefix, StringComparison.Ordinal) && cluster.Connections.GetValueOrDefault(name[ConnectionPrefix.Length..]) is { Ready: true } connection
                && connection.Fingerprint != was)
                return $"the cluster {connection.Cluster}, to which it connects, is reached otherwise now";
        }
        return null;
    }

    private string? EndedNeighbour(PodInstance instance, string name) =>
        instance.TaskNames().Where(task => task.Task != name && !task.Specification.RunsOnce).Select(task => task.Task)
            .FirstOrDefault(task => cluster.Tasks.TryGetValue(task, out var row) && !row.Living);

    /// <summary>Notes what has been reached.</summary>
    private void Reach(DateTimeOffset now)
    {
        if (cluster is not { Wanted: { } wanted, Facts.Removing: false })
            return;
        if (cluster.MustPark)
        {
            if (cluster.Facts.ParkedAt is null && !cluster.Living.Any())
            {
                Happened("", "parked", now);
                SaveFacts(cluster.Facts with { ParkedAt = now, ReadyAt = null });
            }
            return;
        }
        var instances = cluster.Instances().ToList();
        foreach (var instance in instances.Where(cluster.IsComplete))
        {
            if (cluster.Pods.TryGetValue(instance.Name, out var record) && record.FirstReadyAt is null)
                Save(record with { FirstReadyAt = now });
        }
        if (instances.Count == 0 || cluster.SpecifiedTarget != wanted.Target || !instances.Where(cluster.IsMissed).All(cluster.IsComplete) || cluster.Surplus().Any() || !cluster.PlanOperations().All(cluster.IsOver))
            return;
        if (cluster.Facts.ReadyAt is not null && cluster.IsSettled)
            return;
        Happened("", Reached(wanted), now);
        SaveFacts(cluster.Facts with
        {
            ReadyAt = cluster.Facts.ReadyAt ?? now, ParkedAt = null, SettledTarget = wanted.Target, SettledRestarts = wanted.Restarts, SettledRotations = wanted.Rotations,
        });
        MakePlans(now);
    }

    private string Reached(WantedCluster wanted) => cluster.Facts switch
    {
        { ReadyAt: null } => "ready",
        { SettledTarget: var target } when target < wanted.Target => $"updated to target {wanted.Target}",
        { SettledRotations: var rotations } when rotations < wanted.Rotations => "has other secrets",
        _ => "restarted",
    };

    private void End(TaskRow row, string reason, bool failed, DateTimeOffset now)
    {
        if (row.KillReason is null)
        {
            Save(row with { KillReason = reason, Failed = failed, Message = reason });
            Happened(row.Name, $"is being ended: {reason}", now);
        }
        if (Disconnected is not null || (cluster.KillsAsked.TryGetValue(row.TaskId, out var asked) && now - asked < KillAgainAfter))
            return;
        cluster.KillsAsked[row.TaskId] = now;
        Kill(row.TaskId, row.AgentId);
    }

    private void Gather()
    {
        var wanted = cluster.Facts.ReadyAt is null && Eligible().Any(instance => cluster.PlaceOf(instance.Name) is null);
        if (wanted != isGathering)
            Emit(new SchedulerEffect.Gathering(isGathering = wanted));
    }

    private void Welcome(DateTimeOffset now)
    {
        if (Disconnected is not null)
            return;
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var instance in Eligible())
        {
            if (cluster.PlaceOf(instance.Name) is { } place)
                wanted.Add($"{instance.Name} at {place.AgentId}");
            else if (MayGather)
                wanted.Add(instance.Name);
            if (instance.Pod.KnowsItsOwn && MayGather)
                wanted.UnionWith(cluster.PodsOf(instance.Pod).Select(other => other.Name).Where(other => cluster.PlaceOf(other) is null && !cluster.IsSkipped(other)));
        }
        foreach (var record in cluster.Pods.Values.Where(record => record.LeavingHosts.Any()))
            wanted.Add($"release {record.Name} {string.Join(' ', record.LeavingHosts.Select(host => host.AgentId))}");
        wanted.UnionWith(toLookAt.Select(agent => $"look at {agent}"));
        // What was declined because its host was avoided comes back no other way.
        var more = !wanted.IsSubsetOf(welcome) || (wanted.Count > 0 && avoidedHosts.TakeEnded(now));
        welcome.Clear();
        welcome.UnionWith(wanted);
        if (more)
        {
            suppressed = false;
            Call(new SchedulerCall { Type = SchedulerCall.Types.Type.Revive, Revive = new SchedulerCall.Types.Revive() });
        }
        else if (wanted.Count == 0 && !suppressed)
        {
            suppressed = true;
            Call(new SchedulerCall { Type = SchedulerCall.Types.Type.Suppress, Suppress = new SchedulerCall.Types.Suppress() });
        }
    }

    private bool MayGather => cluster.TurnOfAnother is null;

    /// <summary>Pods whose launch is the next step.</summary>
    private List<PodInstance> Eligible()
    {
        var pods = plans.Concat(operations).SelectMany(plan => plan.Steps).Where(step => step is { Kind: StepKind.Launch or StepKind.Act, IsEligible: true, Pod.Length: > 0 })
            .Select(step => step.Pod).ToHashSet(StringComparer.Ordinal);
        return pods.Count == 0 ? [] : cluster.InstancesAndOperations().Where(instance => pods.Contains(instance.Name)).ToList();
    }
}
