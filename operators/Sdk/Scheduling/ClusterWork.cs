using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <summary>All that an operator knows of one cluster. Owned by <see cref="OperatorCore"/>, changed by nobody else.</summary>
internal sealed class ClusterWork(string id)
{
    private const int KeptPast = 50;

    public string Id => id;

    /// <summary>Null until the control plane has asked for it, which after a restart comes later than its tasks.</summary>
    public WantedCluster? Wanted { get; set; }

    public ClusterFacts Facts { get; set; } = new(id, null, false);

    public ClusterSettings? Settings { get; set; }

    /// <summary>Null until the artifacts are there.</summary>
    public ServiceSpecification? Specification { get; set; }

    public DateTimeOffset? ArtifactsAskedAt { get; set; }

    public DateTimeOffset? ArtifactsReadyAt { get; set; }

    public ArtifactProgress? Progress { get; set; }

    public string? Unavailable { get; set; }

    public DateTimeOffset? AskAgainAt { get; set; }

    /// <summary>The latest launch of each task, by the task's name.</summary>
    public Dictionary<string, TaskRow> Tasks { get; } = new(StringComparer.Ordinal);

    /// <summary>Earlier launches, oldest first.</summary>
    public List<TaskRow> Past { get; } = [];

    /// <summary>Ids of tasks that serve now.</summary>
    public HashSet<string> Serving { get; } = new(StringComparer.Ordinal);

    /// <summary>By task id: why it does not serve, by its agent's last word.</summary>
    public Dictionary<string, string> ChecksMissed { get; } = new(StringComparer.Ordinal);

    /// <summary>By task id: when the master was last asked to kill it.</summary>
    public Dictionary<string, DateTimeOffset> KillsAsked { get; } = new(StringComparer.Ordinal);

    /// <summary>By pod instance and host.</summary>
    public SortedDictionary<(string Pod, string Host), (Refusal Refusal, DateTimeOffset At)> Refusals { get; } = [];

    public IEnumerable<TaskRow> Living => Tasks.Values.Where(row => row.Living);

    public bool Removing => Facts.Removing;

    public Dictionary<string, PlacedTask> Placed() => Living.ToDictionary(
        row => row.Name, row => new PlacedTask(row.Name, row.TaskId, row.Host, row.Ports, Serving.Contains(row.TaskId)), StringComparer.Ordinal);

    public void Add(TaskRow row)
    {
        if (Tasks.TryGetValue(row.Name, out var before))
        {
            Past.Add(before);
            if (Past.Count > KeptPast)
                Past.RemoveAt(0);
        }
        Tasks[row.Name] = row;
    }

    /// <summary>Launches of a task that failed one after another, the latest first; one that served for long ends the row.</summary>
    public IReadOnlyList<TaskRow> FailuresInRow(string task) =>
        [.. Past.Where(row => row.Name == task).Append(Tasks.GetValueOrDefault(task)).OfType<TaskRow>().Where(row => !row.Living).Reverse()
            .Where(row => row.KillReason is null || row.Failed).TakeWhile(row => row.Failed && !Relaunching.ServedLong(row))];

    public IEnumerable<PodInstance> Instances() => Specification is null ? [] : Specification.Deploy.Phases.SelectMany(PodsOf);

    public IEnumerable<PodInstance> PodsOf(PhaseSpecification phase)
    {
        var pod = Specification!.Pods.First(each => each.Type == phase.Pod);
        return Enumerable.Range(0, pod.Count).Select(index => new PodInstance(pod, index));
    }

    /// <summary>Those without a living task, and without what they were to run once.</summary>
    public IEnumerable<PodInstance> Unplaced() => Instances().Where(instance => !instance.TaskNames().Any(task =>
        Tasks.TryGetValue(task.Task, out var row) && (row.Living || (task.Specification.RunsOnce && row.State == "TASK_FINISHED"))));

    public bool IsComplete(PodInstance instance) => instance.TaskNames().All(name =>
        Tasks.TryGetValue(name.Task, out var row) && (name.Specification.RunsOnce ? row.State == "TASK_FINISHED" : row.Living && Serving.Contains(row.TaskId)));
}

/// <summary>One instance of a pod.</summary>
internal sealed record PodInstance(PodSpecification Pod, int Index)
{
    public string Name => Pod.Instance(Index);

    public IEnumerable<(string Task, TaskSpecification Specification)> TaskNames() => Pod.Tasks.Select(task => (Pod.TaskName(Index, task), task));
}
