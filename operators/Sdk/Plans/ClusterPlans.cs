using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Scheduling;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Plans;

/// <summary>Where a cluster's plans stand: derived from its tasks whenever somebody looks, stored nowhere.</summary>
internal static class ClusterPlans
{
    public const string ArtifactsPhase = "artifacts";

    public static IReadOnlyList<PlanView> Of(ClusterWork cluster, string? disconnected, DateTimeOffset now)
    {
        if (cluster.Removing)
            return [TearDown(cluster)];
        var phases = new List<PhaseView> { Artifacts(cluster) };
        if (cluster.Specification is { } specification)
        {
            phases.AddRange(specification.Deploy.Phases.Select(phase =>
                Phase(phase.Name, phase.Strategy, [.. cluster.PodsOf(phase).Select(pod => Step(cluster, pod, disconnected, now))])));
        }
        var plans = new List<PlanView> { new("deploy", Sum(phases.Select(phase => phase.State)), phases) };
        if (Recover(cluster, disconnected, now) is { } recover)
            plans.Add(recover);
        return plans;
    }

    /// <summary>What the whole cluster waits for first; null when it waits for nothing.</summary>
    public static string? FirstReason(IReadOnlyList<PlanView> plans)
    {
        var steps = plans.SelectMany(plan => plan.Phases).SelectMany(phase => phase.Steps).Where(step => step.WaitingFor is not null).ToList();
        var first = steps.FirstOrDefault(step => step.State == StepState.Failed) ?? steps.FirstOrDefault();
        return first is null ? null : $"{first.Name}: {first.WaitingFor}";
    }

    private static PhaseView Artifacts(ClusterWork cluster)
    {
        var state = cluster.Specification is not null ? StepState.Complete : cluster.Unavailable is not null ? StepState.Failed : StepState.Preparing;
        var waiting = state == StepState.Complete ? null
            : cluster.Unavailable ?? (cluster.Progress is { } progress ? $"{progress.Activity}: {progress.Done} of {progress.Total}" : "the package store");
        return Phase(ArtifactsPhase, Strategy.Serial, [new StepView("artifacts", state, cluster.ArtifactsAskedAt, cluster.ArtifactsReadyAt, waiting)]);
    }

    private static PlanView? Recover(ClusterWork cluster, string? disconnected, DateTimeOffset now)
    {
        var broken = cluster.Instances().Where(pod => pod.TaskNames().Any(task => cluster.Past.Any(row => row.Name == task.Task))).ToList();
        if (broken.Count == 0)
            return null;
        var phase = Phase("tasks", Strategy.Parallel, [.. broken.Select(pod => Step(cluster, pod, disconnected, now))]);
        return new PlanView("recover", phase.State, [phase]);
    }

    private static PlanView TearDown(ClusterWork cluster)
    {
        var steps = cluster.Tasks.Values.OrderBy(row => row.LaunchedAt).ThenBy(row => row.Name, StringComparer.Ordinal).Select(row => new StepView(
            row.Name, row.Living ? StepState.Starting : StepState.Complete, null, row.EndedAt, row.Living ? "its process to end" : null)).ToList();
        var phase = Phase("tasks", Strategy.Parallel, steps);
        return new PlanView("teardown", phase.State, [phase]);
    }

    private static StepView Step(ClusterWork cluster, PodInstance pod, string? disconnected, DateTimeOffset now)
    {
        var rows = pod.TaskNames().Select(task => cluster.Tasks.GetValueOrDefault(task.Task)).OfType<TaskRow>().ToList();
        var launched = rows.Count == 0 ? (DateTimeOffset?)null : rows.Min(row => row.LaunchedAt);
        if (cluster.IsComplete(pod))
            return new StepView(pod.Name, StepState.Complete, launched, rows.Max(row => row.EndedAt ?? row.ReadyAt), null);
        if (rows.Any(row => row.Living))
        {
            var running = rows.TrueForAll(row => row.StartedAt is not null);
            return new StepView(pod.Name, running ? StepState.Starting : StepState.Preparing, launched, null, Waiting(cluster, rows));
        }
        var block = Readiness.WhyNot(cluster, pod, now);
        return new StepView(pod.Name, block is { Final: true } ? StepState.Failed : StepState.Pending, launched, null, disconnected ?? block?.Reason ?? NoPlace(cluster, pod));
    }

    private static string Waiting(ClusterWork cluster, List<TaskRow> rows) => rows.Find(row => row.Living && !cluster.Serving.Contains(row.TaskId)) switch
    {
        null => "a task of the same pod that ended",
        { KillReason: { } reason } => $"its end: {reason}",
        { UnreachableSince: { } since } row => $"its host {row.Host}, out of reach since {since:HH:mm:ss}",
        { StartedAt: not null } row when cluster.Instances().SelectMany(each => each.TaskNames()).Any(task => task.Task == row.Name && task.Specification.RunsOnce) => "its end: it runs once",
        { StartedAt: null } row => $"host {row.Host} to fetch and start it",
        var row => cluster.ChecksMissed.GetValueOrDefault(row.TaskId, "its readiness check"),
    };

    private static string NoPlace(ClusterWork cluster, PodInstance pod)
    {
        var refusals = cluster.Refusals.Where(each => each.Key.Pod == pod.Name).ToList();
        return refusals.Count == 0
            ? "an offer: no host has offered anything yet"
            : $"an offer: {string.Join("; ", refusals.Take(3).Select(each => $"{each.Key.Host}: {each.Value.Refusal.Reason}"))}";
    }

    private static PhaseView Phase(string name, Strategy strategy, IReadOnlyList<StepView> steps) =>
        new(name, strategy == Strategy.Serial ? "serial" : "parallel", Sum(steps.Select(step => step.State)), steps);

    private static StepState Sum(IEnumerable<StepState> states)
    {
        var all = states.ToList();
        return all.Contains(StepState.Failed) ? StepState.Failed
            : all.TrueForAll(state => state == StepState.Complete) ? StepState.Complete
            : all.TrueForAll(state => state == StepState.Pending) ? StepState.Pending
            : all.Contains(StepState.Starting) || all.Contains(StepState.Complete) ? StepState.Starting
            : StepState.Preparing;
    }
}
