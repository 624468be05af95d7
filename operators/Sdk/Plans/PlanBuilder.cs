using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Plans;

/// <summary>Makes a cluster's plans out of what is wanted and what is there. Pure; nothing of a plan is stored.</summary>
internal static class PlanBuilder
{
    public static IReadOnlyList<Plan> Build(ClusterWork cluster, string? disconnected, DateTimeOffset now)
    {
        if (cluster.Facts.Removing)
            return [TakeDown.Teardown(cluster)];
        if (cluster.Wanted is not { } wanted)
            return [];
        if (cluster.MustPark)
            return [TakeDown.Park(cluster)];
        var steps = new PodSteps(cluster, disconnected, now);
        var deploy = new Plan("deploy", [Artifacts(cluster), .. Ordered(cluster, steps, cluster.Specification?.Deploy.Strategy ?? Strategy.Serial, cluster.Facts.ReadyAt is null)]);
        if (cluster.Specification is null)
            return [deploy];
        if (cluster.Facts.ReadyAt is null)
            return [cluster.Facts.ParkedAt is null ? deploy : deploy with { Name = "resume" }];
        var other = cluster.IsSettled ? Recover(cluster, steps)
            : cluster.Facts.SettledRotations < wanted.Rotations ? Rotate(cluster, steps)
            : Update(cluster, steps, wanted.Target > cluster.Facts.SettledTarget);
        var done = Done(cluster, deploy);
        return other is null ? [done] : [done, other];
    }

    private static Phase Artifacts(ClusterWork cluster)
    {
        var isThere = cluster.Specification is not null && cluster.SpecifiedTarget == cluster.Wanted!.Target;
        var state = isThere ? StepState.Complete : cluster.Unavailable is not null ? StepState.Failed : StepState.Preparing;
        var waiting = isThere ? null : cluster.Unavailable ?? (cluster.Progress is { } progress ? $"{progress.Activity}: {progress.Done} of {progress.Total}" : "the package store");
        var step = new Step(StepKind.Await, "artifacts", "", state, WaitingFor: waiting)
        {
            StartedAt = cluster.ArtifactsAskedAt, FinishedAt = cluster.ArtifactsReadyAt, Note = isThere ? cluster.Facts.StandIn : null,
        };
        return new Phase("artifacts", Strategy.Serial, [step]);
    }

    /// <summary>Brings up all pods, as the package orders them.</summary>
    private static IEnumerable<Phase> Ordered(ClusterWork cluster, PodSteps steps, Strategy strategy, bool isDriving)
    {
        string? gate = null;
        foreach (var phase in cluster.Specification?.Deploy.Phases ?? [])
        {
            var pods = cluster.PodsOf(phase).ToList();
            var unfinished = pods.Where(pod => !cluster.IsComplete(pod)).ToList();
            // What people change while it comes up serves nobody yet: it makes way at once.
            yield return new Phase(phase.Name, phase.Strategy,
            [
                .. pods.Where(pod => isDriving && cluster.IsOutdated(pod.Name)).Select(pod => steps.Replace(pod, null)),
                .. pods.Select(pod => steps.Launch(pod, isDriving ? gate ?? Before(phase.Strategy, pod, pods, unfinished) : null, isDriving)),
            ]);
            if (strategy == Strategy.Serial || (strategy == Strategy.Canary && phase == cluster.Specification!.Deploy.Phases[0]))
                gate ??= unfinished.FirstOrDefault()?.Name;
        }
        if (!isDriving)
            yield break;
        if (Additions(cluster, steps) is { } additions)
            yield return additions;
        if (Surplus(cluster, steps, null) is { } surplus)
            yield return surplus;
    }

    /// <summary>What the engine does with those that were added; null when there is nothing.</summary>
    private static Phase? Additions(ClusterWork cluster, PodSteps steps)
    {
        var acts = cluster.Additions().Select(addition => steps.Act(
            addition.Operation, cluster.PodsOf(addition.Pod).FirstOrDefault(pod => !cluster.IsComplete(pod))?.Name)).ToList();
        return acts.Count == 0 ? null : new Phase("use what was added", Strategy.Parallel, acts);
    }

    /// <summary>Null when nothing is there that is wanted no longer.</summary>
    private static Phase? Surplus(ClusterWork cluster, PodSteps steps, string? gate)
    {
        var surplus = cluster.Surplus().ToList();
        if (surplus.Count == 0)
            return null;
        var removals = new List<Step>();
        var leaving = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (pod, operation) in cluster.Removals().ToList())
        {
            leaving.Add(pod);
            // One after another: each moves to those that stay what it holds.
            removals.Add(steps.Act(operation, gate));
            if (!cluster.IsOver(operation))
                gate ??= operation.Name;
            removals.Add(steps.Kill(pod, gate));
            removals.Add(gate is null ? steps.Release(pod) : steps.Release(pod) with { IsEligible = false });
        }
        var others = surplus.Where(pod => !leaving.Contains(pod)).ToList();
        return new Phase("surplus", removals.Count > 0 ? Strategy.Serial : Strategy.Parallel, [.. removals, .. others.Select(pod => steps.Kill(pod, cluster.LivingOf(pod).Any(row => row.IsOperation) ? null : gate)), .. others.Select(steps.Release)]);
    }

    private static string? Before(Strategy strategy, PodInstance pod, List<PodInstance> pods, List<PodInstance> unfinished) => strategy switch
    {
        Strategy.Serial => unfinished.FirstOrDefault(other => other.Index < pod.Index)?.Name,
        Strategy.Canary when pod != pods[0] && unfinished.Contains(pods[0]) => pods[0].Name,
        _ => null,
    };

    /// <summary>
    /// Brings pods to the wanted configuration, one after another so that the cluster serves meanwhile; then those that are new, all at
    /// once; then what is wanted no longer is taken down.
    /// </summary>
    private static Plan? Update(ClusterWork cluster, PodSteps steps, bool isTarget)
    {
        var phases = new List<Phase>();
        string? gate = null;
        foreach (var phase in cluster.Specification!.Deploy.Phases)
        {
            var pods = cluster.PodsOf(phase).Where(pod => Concerns(cluster, pod, isTarget) && cluster.IsMissed(pod)).ToList();
            var added = pods.Where(pod => isTarget && IsAdded(cluster, pod)).ToList();
            var replaced = new List<Step>();
            foreach (var pod in InOrder(cluster, pods.Except(added)))
            {
                replaced.AddRange(steps.ReplaceWhenHarmless(pod, gate));
                replaced.Add(steps.Launch(pod, gate, isDriving: true));
                if (!cluster.IsComplete(pod))
                    gate ??= pod.Name;
            }
            if (replaced.Count > 0)
                phases.Add(new Phase(phase.Name, Strategy.Serial, replaced));
            if (added.Count > 0)
                phases.Add(new Phase($"{phase.Name} added", Strategy.Parallel, [.. added.Select(pod => steps.Launch(pod, gate, isDriving: true))]));
            gate ??= added.FirstOrDefault(pod => !cluster.IsComplete(pod))?.Name;
        }
        if (isTarget && Additions(cluster, steps) is { } additions)
        {
            phases.Add(additions);
            gate ??= additions.Steps.FirstOrDefault(step => step.State != StepState.Complete)?.Pod;
        }
        if (Surplus(cluster, steps, gate) is { } surplus)
            phases.Add(surplus);
        return phases.Count == 0 && !isTarget ? null : new Plan(isTarget ? $"update to {cluster.Wanted!.Target}" : "restart", [.. isTarget ? new[] { Artifacts(cluster) } : [], .. phases]);
    }

    /// <summary>One that serves nobody is no loss and comes first; one that leads comes last. Those that are done stand before those that are to come.</summary>
    private static IEnumerable<PodInstance> InOrder(ClusterWork cluster, IEnumerable<PodInstance> pods) => pods.OrderBy(pod =>
        pod.Pod.Rules == PlanRules.None || cluster.IsComplete(pod) ? 0
        : !cluster.IsServing(pod) ? 1
        : pod.Pod.Rules.EndLast is { } last && EngineFacts.Says(cluster, pod.Name, last) ? 3 : 2);

    /// <summary>
    /// Pods with different secrets don't know each other: those that are there end at once, and new ones come up as at first, with whatever
    /// else has changed.
    /// </summary>
    private static Plan Rotate(ClusterWork cluster, PodSteps steps) =>
        new("other secrets", [Artifacts(cluster), .. Ordered(cluster, steps, cluster.Specification!.Deploy.Strategy, isDriving: true)]);

    private static bool Concerns(ClusterWork cluster, PodInstance pod, bool isTarget) =>
        cluster.IsOutdated(pod.Name) || !cluster.IsComplete(pod) || pod.TaskNames().Any(task => cluster.Tasks.TryGetValue(task.Task, out var row)
            && (isTarget ? row.LaunchedAt >= cluster.Wanted!.TargetAt : row.Restarts >= cluster.Wanted!.Restarts));

    private static bool IsAdded(ClusterWork cluster, PodInstance pod) =>
        !cluster.IsOutdated(pod.Name) && !cluster.Past.Exists(row => row.Pod == pod.Name)
        && !pod.TaskNames().Any(task => cluster.Tasks.TryGetValue(task.Task, out var row) && row.LaunchedAt < cluster.Wanted!.TargetAt);

    private static Plan? Recover(ClusterWork cluster, PodSteps steps)
    {
        var broken = cluster.Instances().Where(pod => !cluster.IsComplete(pod)).ToList();
        var phases = new List<Phase>();
        if (broken.Count > 0)
            phases.Add(new Phase("pods", Strategy.Parallel, [.. broken.Select(pod => steps.Launch(pod, null, isDriving: true, mends: true))]));
        // Of all else what is wanted no longer goes before it is settled that it is.
        if (cluster.Specification!.Pods.Any(pod => pod.Growth is not null) && Surplus(cluster, steps, null) is { } surplus)
            phases.Add(surplus);
        return phases.Count == 0 ? null : new Plan(broken.Exists(pod => !pod.IsExtra) ? "recover" : "follow the work", phases);
    }

    /// <summary>What has once come up has come up, and when it did: what breaks later is another plan's.</summary>
    private static Plan Done(ClusterWork cluster, Plan deploy) => new(deploy.Name, [.. deploy.Phases.Select(phase => phase with { Steps = [.. phase.Steps.Select(step => Done(cluster, step))] })]);

    private static Step Done(ClusterWork cluster, Step step)
    {
        var record = cluster.Pods.GetValueOrDefault(step.Pod);
        var finished = step.Kind == StepKind.Launch ? record?.FirstReadyAt : step.FinishedAt <= cluster.Facts.ReadyAt ? step.FinishedAt : null;
        return new Step(step.Kind, step.Name, step.Pod, StepState.Complete)
        {
            StartedAt = step.Kind == StepKind.Launch ? record?.FirstLaunchedAt : finished is null ? null : step.StartedAt, FinishedAt = finished, Note = step.Note,
        };
    }
}
