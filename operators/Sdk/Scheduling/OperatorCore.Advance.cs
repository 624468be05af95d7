using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>What follows from the state, whatever happened: kills, the end of a removal, whether offers are welcome.</content>
public sealed partial class OperatorCore
{
    private static readonly TimeSpan KillAgainAfter = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> welcome = new(StringComparer.Ordinal);
    private bool suppressed;

    /// <summary>The master does not know whether offers are welcome: with the next tick it is told again.</summary>
    private bool wasMisheard;

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
        foreach (var cluster in clusters.Values)
        {
            if (cluster is { Wanted: not null, Removing: false, AskAgainAt: { } at } && at <= now)
                AskArtifacts(cluster, now);
            foreach (var row in cluster.Living.Where(row => row.UnreachableSince is { } since && now - since >= settings.UnreachableWithin).ToList())
                Ended(cluster, row with { EndedAt = now, Message = $"its host has been out of reach for {settings.UnreachableWithin.TotalSeconds:0} s" });
        }
    }

    private void Advance(DateTimeOffset now)
    {
        foreach (var cluster in clusters.Values.ToList())
        {
            if (cluster.Removing)
                TearDown(cluster, now);
            else if (cluster.Specification is not null)
                Mend(cluster, now);
        }
        Welcome(now);
    }

    private void TearDown(ClusterWork cluster, DateTimeOffset now)
    {
        // A host that is gone does not hold up the removal: what may still run there is killed when it comes back.
        foreach (var row in cluster.Living.Where(row => row.UnreachableSince is not null).ToList())
            Ended(cluster, row with { EndedAt = now, Message = "given up: its host is out of reach" });
        foreach (var row in cluster.Living.ToList())
            End(cluster, row, "the cluster is being deleted", failed: false, now);
        if (cluster.Living.Any())
            return;
        clusters.Remove(cluster.Id);
        foreach (var row in cluster.Tasks.Values.Concat(cluster.Past))
            clusterOfTask.Remove(row.TaskId);
        Emit(new OperatorEffect.Store(new StoreChange.Forget(cluster.Id)));
        Changed(cluster.Id);
    }

    private void Mend(ClusterWork cluster, DateTimeOffset now)
    {
        foreach (var instance in cluster.Instances())
        {
            foreach (var (name, task) in instance.TaskNames())
            {
                if (!cluster.Tasks.TryGetValue(name, out var row) || !row.Living)
                    continue;
                if (row.KillReason is { } already)
                    End(cluster, row, already, row.Failed, now);
                else if (ReplacedPeer(cluster, row) is { } peer)
                    End(cluster, row, $"{peer} was replaced, on which it depends", failed: false, now);
                else if (row is { StartedAt: { } started, ReadyAt: null } && now - started >= task.ReadyWithin)
                    End(cluster, row, $"not ready {task.ReadyWithin.TotalSeconds:0} s after its start: {cluster.ChecksMissed.GetValueOrDefault(row.TaskId, "no answer")}", failed: true, now);
                else if (EndedNeighbour(cluster, instance, name) is { } neighbour)
                    End(cluster, row, $"{neighbour} of the same pod ended", failed: false, now);
            }
        }
        if (cluster.Facts.ReadyAt is null && cluster.Instances().Any() && cluster.Instances().All(cluster.IsComplete))
        {
            cluster.Facts = cluster.Facts with { ReadyAt = now };
            Emit(new OperatorEffect.Store(new StoreChange.Cluster(cluster.Facts)));
            Changed(cluster.Id);
        }
    }

    private static string? ReplacedPeer(ClusterWork cluster, TaskRow row) =>
        row.Dependencies.FirstOrDefault(peer => cluster.Tasks.TryGetValue(peer.Key, out var current) && current.TaskId != peer.Value).Key;

    private static string? EndedNeighbour(ClusterWork cluster, PodInstance instance, string name) =>
        instance.TaskNames().Where(task => task.Task != name && !task.Specification.RunsOnce).Select(task => task.Task)
            .FirstOrDefault(task => cluster.Tasks.TryGetValue(task, out var row) && !row.Living);

    private void End(ClusterWork cluster, TaskRow row, string reason, bool failed, DateTimeOffset now)
    {
        if (row.KillReason is null)
            Save(cluster, row with { KillReason = reason, Failed = failed, Message = reason });
        if (Disconnected is not null || (cluster.KillsAsked.TryGetValue(row.TaskId, out var asked) && now - asked < KillAgainAfter))
            return;
        cluster.KillsAsked[row.TaskId] = now;
        Kill(row.TaskId, row.AgentId);
    }

    private void Welcome(DateTimeOffset now)
    {
        if (Disconnected is not null)
            return;
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var cluster in clusters.Values.Where(Launching))
            foreach (var instance in cluster.Unplaced())
                if (Readiness.WhyNot(cluster, instance, now) is null)
                    wanted.Add($"{cluster.Id}/{instance.Name}");
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
}
