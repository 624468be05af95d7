namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>Tasks that belong on one host together, <paramref name="Count"/> times.</summary>
/// <param name="Type">Such as <c>worker</c>; its instances are <c>worker-0</c>, <c>worker-1</c>, ...</param>
public sealed record PodSpecification(string Type, int Count, IReadOnlyList<TaskSpecification> Tasks)
{
    public IReadOnlyList<PlacementRule> Placement { get; init; } = [];

    /// <summary>Each instance must know where all of them are (<see cref="TaskContext.Place"/>): none starts before all have a place.</summary>
    public bool KnowsItsOwn { get; init; }

    /// <summary>What plans mind that end instances of it, remove or add some.</summary>
    public PlanRules Rules { get; init; } = PlanRules.None;

    /// <summary>Null where its count is what it is. Else <see cref="Count"/> is how many there are to be now.</summary>
    public GrowthRule? Growth { get; init; }

    /// <summary>It comes and goes with the work: nobody misses it while it is not there.</summary>
    public bool IsExtra(int index) => Growth is { } growth && index >= growth.Least;

    /// <summary>It is an operation, which is done once and is no part of what serves.</summary>
    public bool IsOperation { get; init; }

    public string Instance(int index) => Count == 1 && SingleNamed ? Type : $"{Type}-{index}";

    /// <summary>An only instance is called by its type alone: <c>master</c>, not <c>master-0</c>.</summary>
    public bool SingleNamed { get; init; }

    public string TaskName(int index, TaskSpecification task) => task.Name.Length == 0 ? Instance(index) : $"{Instance(index)}-{task.Name}";

    /// <summary>Of all its tasks together.</summary>
    public int PortCount => Tasks.Sum(task => task.Ports.Count);

    /// <summary>What its tasks hold while they run, without volumes.</summary>
    public TaskResources Resources => Tasks.Aggregate(TaskResources.None, (sum, task) => sum.Plus(task.Resources));

    public IEnumerable<(TaskSpecification Task, VolumeSpecification Volume)> Volumes => Tasks.SelectMany(task => task.Volumes.Select(volume => (task, volume)));

    /// <summary>What a new instance asks of a host.</summary>
    public TaskResources WithVolumes => Resources.Plus(new TaskResources(0, 0, Volumes.Sum(each => each.Volume.Mebibytes)));
}
