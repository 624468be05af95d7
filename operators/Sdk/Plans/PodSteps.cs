using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Plans;

/// <summary>Steps about one pod, with where they stand. Pure.</summary>
internal sealed class PodSteps(ClusterWork cluster, string? disconnected, DateTimeOffset now)
{
    private readonly Lazy<HashSet<string>> operations = new(() => cluster.PlanOperations().Select(operation => operation.Name).ToHashSet(StringComparer.Ordinal));

    /// <param name="before">The pod that must be complete first; null when none must.</param>
    /// <param name="isDriving">The plan is the one that is carried out.</param>
    /// <param name="mends">The step is taken although the plans are paused.</param>
    public Step Launch(PodInstance pod, string? before, bool isDriving, bool mends = false)
    {
        var rows = pod.TaskNames().Select(task => cluster.Tasks.GetValueOrDefault(task.Task)).OfType<TaskRow>().ToList();
        var step = new Step(StepKind.Launch, pod.Name, pod.Name, StepState.Complete) { StartedAt = rows.Count == 0 ? null : rows.Min(row => row.LaunchedAt) };
        if (cluster.IsSkipped(pod.Name))
            return step with { WaitingFor = "skipped by request" };
        if (cluster.IsComplete(pod))
            return step with { FinishedAt = rows.Max(row => row.EndedAt ?? row.ReadyAt) };
        if (rows.Exists(row => row.Living && !cluster.Outdated.ContainsKey(row.TaskId)))
            return step with { State = rows.TrueForAll(row => row.StartedAt is not null) ? StepState.Starting : StepState.Preparing, WaitingFor = Waiting(pod, rows) };
        if (rows.Exists(row => row.Living))
            return step with { State = StepState.Pending, WaitingFor = $"{pod.Name}, as it was, to end" };
        var block = Readiness.WhyNot(cluster, pod, now);
        var why = block is { Final: true } ? block.Reason : disconnected ?? Order(pod.Name, before, mends) ?? block?.Reason;
        return step with
        {
            State = block is { Final: true } ? StepState.Failed : StepState.Pending, IsEligible = isDriving && why is null, WaitingFor = why ?? NoPlace(pod),
        };
    }

    /// <summary>Ends what has an earlier configuration.</summary>
    public Step Replace(PodInstance pod, string? before) => cluster.IsOutdated(pod.Name) ? Kill(pod.Name, before) : Ended(pod.Name);

    /// <summary>Ends it when one less does no harm, if its package says when that is.</summary>
    public IReadOnlyList<Step> ReplaceWhenHarmless(PodInstance pod, string? before)
    {
        if (pod.Pod.Rules.EndWhen.Count == 0)
            return [Replace(pod, before)];
        var wait = new Step(StepKind.Await, $"may {pod.Name} end", pod.Name, StepState.Complete);
        var living = cluster.LivingOf(pod.Name).ToList();
        if (!cluster.IsOutdated(pod.Name) || living.Exists(row => row.KillReason is not null))
            return [wait, Replace(pod, before)];
        if (Order(pod.Name, before, mends: false) is { } order)
            return [wait with { State = StepState.Pending, WaitingFor = order }, Replace(pod, before)];
        return cluster.Wanted!.Forced.Contains(pod.Name) || EngineFacts.WhyNotEnd(cluster, pod, now) is not { } harm
            ? [wait, Replace(pod, before)]
            : [wait with { State = StepState.Starting, WaitingFor = harm }, Kill(pod.Name, before, harm)];
    }

    /// <summary>The engine does something itself.</summary>
    public Step Act(PodInstance operation, string? before) => OperationPlans.StepOf(cluster, operation, disconnected ?? Order(operation.Name, before, mends: false), now);

    /// <param name="harm">Why it must wait although it is its turn.</param>
    public Step Kill(string pod, string? before, string? harm = null)
    {
        var living = cluster.LivingOf(pod).ToList();
        var why = Order(pod, before, mends: false) ?? harm;
        return living.Count == 0
            ? Ended(pod)
            : Ended(pod) with { State = living.Exists(row => row.KillReason is not null) ? StepState.Starting : StepState.Pending, IsEligible = why is null, WaitingFor = why ?? "its process to end" };
    }

    private static Step Ended(string pod) => new(StepKind.Kill, $"end {pod}", pod, StepState.Complete);

    /// <summary>Gives back its place, and its volumes with what they hold.</summary>
    public Step Release(string pod) => (cluster.PlaceOf(pod)?.Host ?? cluster.Pods.GetValueOrDefault(pod)?.Volumes?.Host) is { } host
        ? new Step(StepKind.Release, $"release {pod}", pod, StepState.Pending, !cluster.LivingOf(pod).Any(), Offer(host))
        : new Step(StepKind.Release, $"release {pod}", pod, StepState.Complete);

    private string? Order(string pod, string? before, bool mends) =>
        mends || cluster.Wanted!.Forced.Contains(pod) ? null
        : cluster.Wanted.IsPaused ? "the plan to be continued: it is paused"
        : before is null ? null : $"waits for {before} to be {(operations.Value.Contains(before) ? "done" : "ready")}";

    private string Waiting(PodInstance pod, List<TaskRow> rows) => rows.Find(row => row.Living && !cluster.Serves(row)) switch
    {
        null => pod.Pod.Tasks.Any(task => task.RunsOnce) ? "its end: it runs once" : "a task of the same pod that ended",
        { KillReason: { } reason } => $"its end: {reason}",
        { UnreachableSince: { } since } row => $"its host {row.Host}, out of reach since {since:HH:mm:ss}{(cluster.HoldsData(pod.Name) ? $", where its data is; without it: dp replace {cluster.Wanted!.Name} {pod.Name}" : "")}",
        { StartedAt: null } row => $"host {row.Host} to fetch and start it",
        var row => cluster.ChecksMissed.GetValueOrDefault(row.TaskId, "its readiness check"),
    };

    public const string NoOffer = "a host: none has offered anything yet";

    /// <summary>What a pod waits for that has its place.</summary>
    public static string Offer(string host) => $"host {host} to offer what is reserved there";

    /// <summary>What a pod waits for that may be launched as soon as the cluster may gather offers.</summary>
    public static string Turn(string older) => $"its turn: {older} is to be placed first";

    private string NoPlace(PodInstance pod)
    {
        if (cluster.PlaceOf(pod.Name) is { } place)
            return Offer(place.Host);
        if (cluster.TurnOfAnother is { } older)
            return Turn(older);
        if (cluster.Refusals.Count == 0)
            return NoOffer;
        // All get their places together: it may be another one for which there is none.
        var lacking = cluster.Refusals.Keys.Any(refused => refused.Pod == pod.Name) ? pod.Name : cluster.Refusals.First().Key.Pod;
        var refusals = cluster.RefusalsOf(lacking);
        var (nearest, refusal) = refusals[0];
        return $"a host for {(lacking == pod.Name ? "it" : $"{lacking}, as all get their places together")}: {nearest} comes nearest{(refusals.Count > 1 ? $" of {refusals.Count} that offered" : "")}: {refusal.Reason}";
    }
}
