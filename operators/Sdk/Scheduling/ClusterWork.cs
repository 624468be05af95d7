using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>All that a scheduler knows of its cluster. Owned by <see cref="SchedulerCore"/>, changed by nobody else.</summary>
internal sealed partial class ClusterWork(string id, ClusterFacts facts)
{
    private const int KeptPast = 50;

    public string Id => id;

    /// <summary>Null until the control plane has asked for it, which after a restart comes later than its tasks.</summary>
    public WantedCluster? Wanted { get; set; }

    public ClusterFacts Facts { get; set; } = facts;

    /// <summary>Whatever change was asked for has been reached.</summary>
    public bool IsSettled => Wanted is { } wanted && Facts.SettledTarget >= wanted.Target && Facts.SettledRestarts >= wanted.Restarts && Facts.SettledRotations >= wanted.Rotations;

    public ClusterSettings? Settings { get; set; }

    /// <summary>Null until the artifacts are there; of an earlier target until those of the wanted one are.</summary>
    public ServiceSpecification? Specification { get; set; }

    /// <summary>The target that <see cref="Specification"/> is of.</summary>
    public int SpecifiedTarget { get; set; }

    public DateTimeOffset? ArtifactsAskedAt { get; set; }

    public DateTimeOffset? ArtifactsReadyAt { get; set; }

    public ArtifactProgress? Progress { get; set; }

    public string? Unavailable { get; set; }

    public DateTimeOffset? AskAgainAt { get; set; }

    public SortedDictionary<string, PodRecord> Pods { get; } = new(StringComparer.Ordinal);

    /// <summary>The latest launch of each task, by the task's name.</summary>
    public Dictionary<string, TaskRow> Tasks { get; } = new(StringComparer.Ordinal);

    /// <summary>Earlier launches, oldest first.</summary>
    public List<TaskRow> Past { get; } = [];

    public List<ClusterEvent> Events { get; } = [];

    /// <summary>Ids of tasks that serve now.</summary>
    public HashSet<string> Serving { get; } = new(StringComparer.Ordinal);

    /// <summary>By task id: why it must make way for one with the wanted configuration.</summary>
    public Dictionary<string, string> Outdated { get; } = new(StringComparer.Ordinal);

    /// <summary>By task id: what its check last said is missing.</summary>
    public Dictionary<string, string> ChecksMissed { get; } = new(StringComparer.Ordinal);

    /// <summary>By task id: what its agent has told of what it does.</summary>
    public Dictionary<string, TaskActivity> Activities { get; } = new(StringComparer.Ordinal);

    /// <summary>By task id: what its engine last said of itself. Not remembered across restarts: it is said again soon.</summary>
    public Dictionary<string, FactReport> Reports { get; } = new(StringComparer.Ordinal);

    /// <summary>By task id: the last activity of it that is stored.</summary>
    public Dictionary<string, DateTimeOffset> RememberedActivities { get; } = new(StringComparer.Ordinal);

    /// <summary>By task id: when the master was last asked to kill it.</summary>
    public Dictionary<string, DateTimeOffset> KillsAsked { get; } = new(StringComparer.Ordinal);

    /// <summary>By pod instance and host.</summary>
    public SortedDictionary<(string Pod, string Host), (Refusal Refusal, DateTimeOffset At)> Refusals { get; } = [];

    /// <summary>Other clusters that this one names, as they were last told.</summary>
    public Dictionary<string, ClusterConnection> Connections { get; } = new(StringComparer.Ordinal);

    /// <summary>The cluster that is to be placed before this one; null when it is told of none.</summary>
    public string? WaitsForTurnOf { get; set; }

    /// <summary>Whose turn it is as long as this one may gather no offers: one that was ready once goes on getting places.</summary>
    public string? TurnOfAnother => Facts.ReadyAt is null ? WaitsForTurnOf : null;

    public long NextLaunch => Tasks.Values.Concat(Past).Select(row => row.Number).DefaultIfEmpty().Max() + 1;

    /// <summary>Of the hosts that refused the pod, the nearest first.</summary>
    public IReadOnlyList<(string Host, Refusal Refusal)> RefusalsOf(string pod) => [.. Refusals.Where(each => each.Key.Pod == pod)
        .Select(each => (each.Key.Host, each.Value.Refusal)).OrderBy(each => each.Refusal.Miss).ThenBy(each => each.Host, StringComparer.Ordinal)];

    public IEnumerable<TaskRow> Living => Tasks.Values.Where(row => row.Living);

    public bool MustPark => Wanted?.Goal == ClusterGoal.Park;

    public Dictionary<string, PlacedTask> Placed() => Living.ToDictionary(
        row => row.Name, row => new PlacedTask(row.Name, row.TaskId, row.Host, row.Ports, Serves(row)), StringComparer.Ordinal);

    /// <summary>By task: where each has its place, whether it runs there or not.</summary>
    public Dictionary<string, PlacedTask> Places() => Pods.Values.Where(record => record.Place is not null)
        .SelectMany(record => record.Place!.Ports.Select(task => new PlacedTask(task.Key, "", record.Place.Host, task.Value, Ready: false))).ToDictionary(task => task.Name, StringComparer.Ordinal);

    /// <returns>An old launch that is kept no longer.</returns>
    public TaskRow? Add(TaskRow row)
    {
        TaskRow? forgotten = null;
        if (Tasks.TryGetValue(row.Name, out var before))
        {
            Past.Add(before);
            Outdated.Remove(before.TaskId);
            if (Past.Count > KeptPast)
            {
                forgotten = Past[0];
                Past.RemoveAt(0);
            }
        }
        Tasks[row.Name] = row;
        return forgotten;
    }

    /// <summary>One that has not begun yet need not begin anew.</summary>
    public PodRecord Record(PodInstance instance) => Pods.GetValueOrDefault(instance.Name)
        ?? new PodRecord(instance.Name, instance.Pod.Type, instance.Index) { Replacements = Wanted?.Replacements.GetValueOrDefault(instance.Name) ?? 0 };

    /// <summary>Null while it has none.</summary>
    public PodPlace? PlaceOf(string pod) => Pods.GetValueOrDefault(pod)?.Place;

    /// <summary>The pod has volumes that its tasks have run on.</summary>
    public bool HoldsData(string pod) => Pods.GetValueOrDefault(pod)?.Volumes is { IsUsed: true };

    public IEnumerable<TaskRow> LivingOf(string pod) => Living.Where(row => row.Pod == pod);

    public IEnumerable<PodInstance> Instances() => Specification is null ? [] : Specification.Deploy.Phases.SelectMany(PodsOf);

    /// <summary>Operations that were asked for and that the package knows, as pods; oldest first, those that are over included.</summary>
    public IEnumerable<PodInstance> Operations() => Wanted is null || Specification is null ? [] : Wanted.Operations.OrderBy(wanted => wanted.Number)
        .Select(wanted => Specification.Operations.FirstOrDefault(each => each.Name == wanted.Name) is { } operation ? new PodInstance(operation.Pod(wanted), wanted.Number) : null).OfType<PodInstance>();

    public IEnumerable<PodInstance> InstancesAndOperations() => Instances().Concat(Operations()).Concat(PlanOperations());

    /// <summary>
    /// Whatever became of it: what has begun is not begun again. What has is known: an agent repeats what it says of a task until that is acknowledged, which
    /// comes after it is stored.
    /// </summary>
    public bool IsOver(PodInstance operation) => IsSkipped(operation.Name) || operation.TaskNames().All(task =>
        Tasks.TryGetValue(task.Task, out var row) && !row.Living && (operation.Since is null ? row.StartedAt is not null || row.State == "TASK_FINISHED" : HasSucceeded(operation, row)));

    /// <summary>A step of a plan that failed is taken again, within the bounds of all that runs once.</summary>
    private static bool HasSucceeded(PodInstance once, TaskRow row) => row.State == "TASK_FINISHED" && !(row.Number <= once.Since);

    public IEnumerable<PodInstance> PodsOf(PhaseSpecification phase) => PodsOf(Specification!.Pods.First(each => each.Type == phase.Pod));

    public IEnumerable<PodInstance> PodsOf(PodSpecification pod) => Enumerable.Range(0, pod.Count).Select(index => new PodInstance(pod, index));

    /// <summary>Pods of which there is something although they are wanted no longer.</summary>
    public IEnumerable<string> Surplus()
    {
        // Before it is known what is wanted nothing is too much.
        if (Specification is null)
            return [];
        return TooMuch(InstancesAndOperations());
    }

    private IEnumerable<string> TooMuch(IEnumerable<PodInstance> wanted)
    {
        var names = wanted.Select(instance => instance.Name).ToHashSet(StringComparer.Ordinal);
        return Living.Select(row => row.Pod).Concat(Pods.Values.Where(record => record.Place is not null || record.Volumes is not null).Select(record => record.Name))
            .Where(pod => !names.Contains(pod)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    /// <summary>Those without a living task, and without what they were to run once.</summary>
    public IEnumerable<PodInstance> Unplaced() => Instances().Where(instance => !instance.TaskNames().Any(task =>
        Tasks.TryGetValue(task.Task, out var row) && (row.Living || (task.Specification.RunsOnce && HasFinished(row)))));

    /// <summary>It serves, or has run, as it is wanted now.</summary>
    public bool IsComplete(PodInstance instance) => IsSkipped(instance.Name)
        || (IsServing(instance) && !instance.TaskNames().Any(name => Tasks.TryGetValue(name.Task, out var row) && Outdated.ContainsKey(row.TaskId)));

    /// <summary>Nothing waits for one that came with the work and has no place.</summary>
    public bool IsMissed(PodInstance instance) => !instance.IsExtra || PlaceOf(instance.Name) is not null || LivingOf(instance.Name).Any();

    /// <summary>A host that nobody reaches serves nobody.</summary>
    public bool Serves(TaskRow row) => row is { Living: true, UnreachableSince: null } && Serving.Contains(row.TaskId);

    /// <summary>Whatever its configuration.</summary>
    public bool IsServing(PodInstance instance) => IsSkipped(instance.Name) || instance.TaskNames().All(name =>
        Tasks.TryGetValue(name.Task, out var row) && (name.Specification.RunsOnce ? HasSucceeded(instance, row) : Serves(row)));

    public bool IsOutdated(string pod) => LivingOf(pod).Any(row => Outdated.ContainsKey(row.TaskId));

    public bool IsSkipped(string pod) => Wanted?.Skipped.Contains(pod) == true;

    public bool HasFinished(TaskRow row) => row.State == "TASK_FINISHED" && !Outdated.ContainsKey(row.TaskId);
}

/// <summary>One instance of a pod.</summary>
internal sealed record PodInstance(PodSpecification Pod, int Index)
{
    /// <summary>Of a step of a plan: launches up to this number were for another occasion. Null for all else.</summary>
    public long? Since { get; init; }

    public string Name => Pod.Instance(Index);

    /// <summary>It comes and goes with the work.</summary>
    public bool IsExtra => Pod.IsExtra(Index);

    public IEnumerable<(string Task, TaskSpecification Specification)> TaskNames() => Pod.Tasks.Select(task => (Pod.TaskName(Index, task), task));
}
