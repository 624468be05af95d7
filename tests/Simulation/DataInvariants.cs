using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Simulation.Tests;

/// <summary>
/// What pods of clusters have written is there until somebody gives it up, and where it is the pod runs, and nowhere else.
/// It counts as written when its cluster has remembered that a task ran on it: what nobody ever heard of is nobody's.
/// </summary>
internal sealed class DataInvariants(Action<string> fail)
{
    private readonly SortedDictionary<string, WantedCluster> wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedProcess> started = new(StringComparer.Ordinal);

    /// <summary>By pod: the volume that has its data.</summary>
    private readonly SortedDictionary<string, string> data = new(StringComparer.Ordinal);

    /// <summary>By pod: all that it was ever launched on.</summary>
    private readonly Dictionary<string, HashSet<string>> launchedOn = new(StringComparer.Ordinal);

    private readonly Dictionary<string, string> agents = new(StringComparer.Ordinal);

    /// <summary>A pod that is wanted again may find what it had before, if that is still there.</summary>
    private readonly HashSet<string> scaledAway = new(StringComparer.Ordinal);

    private readonly HashSet<string> replaced = new(StringComparer.Ordinal);

    /// <summary>Its scheduler has just heard what people want.</summary>
    public void Wanted(WantedCluster cluster)
    {
        var before = wanted.GetValueOrDefault(cluster.Id);
        wanted[cluster.Id] = cluster;
        foreach (var (pod, times) in cluster.Replacements)
        {
            if (times > (before?.Replacements.GetValueOrDefault(pod) ?? 0))
                replaced.UnionWith(LaunchedOn(cluster.Id, pod));
        }

        var pods = SimulatedPackage.TasksOf(cluster.Options).Select(pod => Key(cluster.Id, pod)).ToHashSet(StringComparer.Ordinal);
        foreach (var (pod, volumes) in launchedOn.Where(pair => pair.Key.StartsWith(Key(cluster.Id, ""), StringComparison.Ordinal) && !pods.Contains(pair.Key)))
            scaledAway.UnionWith(volumes);
    }

    /// <summary>Nothing of it is wanted any more.</summary>
    public void Deleted(string cluster)
    {
        foreach (var (_, volumes) in launchedOn.Where(pair => pair.Key.StartsWith(Key(cluster, ""), StringComparison.Ordinal)))
            replaced.UnionWith(volumes);
    }

    /// <summary>The scheduler of a cluster asks for a task.</summary>
    public void Launched(string cluster, string pod, string task, string agentId, IReadOnlyList<string> volumes, IEnumerable<SimulatedProcess> alive)
    {
        if (data.TryGetValue(Key(cluster, pod), out var mine) && !IsGivenUp(mine))
        {
            if (!volumes.Contains(mine))
                fail($"task {task} is launched without the data of {pod}, which is on the volume {mine}");
            if (alive.FirstOrDefault(process => process.Volumes.Any(volume => volume.Disk!.Persistence!.Id == mine)) is { } other)
                fail($"task {task} is launched while {other.Task} runs on the data of {pod}");
        }

        foreach (var volume in volumes)
        {
            if (replaced.Contains(volume))
                fail($"task {task} is launched on the volume {volume}, which was given up");
            scaledAway.Remove(volume);
            agents[volume] = agentId;
            LaunchedOn(cluster, pod).Add(volume);
        }
    }

    public void Started(SimulatedProcess process) => started[process.Task[(process.Task.IndexOf('/', StringComparison.Ordinal) + 1)..]] = process;

    /// <summary>What the next scheduler will know of a launch.</summary>
    public void Remembered(string cluster, TaskRow row, bool isHostGone)
    {
        if (!KnowsThatItRan(row, isHostGone) || !started.TryGetValue(row.TaskId, out var process))
            return;
        foreach (var volume in process.Volumes.Select(volume => volume.Disk!.Persistence!.Id))
            data[Key(cluster, row.Pod)] = volume;
    }

    /// <param name="isGone">Whether an operator said that this agent is no more, and all on it.</param>
    public void Destroyed(string place, Func<string, bool> isGone)
    {
        var volume = place[(place.LastIndexOf('/') + 1)..];
        if (data.ContainsValue(volume) && !IsGivenUp(volume) && !isGone(agents[volume]))
            fail($"the volume {volume} is destroyed, and nobody gave up what it holds");
    }

    /// <summary>That it was given up for lost says nothing of whether it ran, nor does the end of one that went with its host and of which nothing else was ever told.</summary>
    public static bool KnowsThatItRan(TaskRow row, bool isHostGone) =>
        row.StartedAt is not null || row.State is "TASK_FINISHED" || (row.State is "TASK_FAILED" or "TASK_KILLED" && !isHostGone);

    private bool IsGivenUp(string volume) => scaledAway.Contains(volume) || replaced.Contains(volume);

    private HashSet<string> LaunchedOn(string cluster, string pod)
    {
        if (!launchedOn.TryGetValue(Key(cluster, pod), out var volumes))
            launchedOn[Key(cluster, pod)] = volumes = new HashSet<string>(StringComparer.Ordinal);
        return volumes;
    }

    private static string Key(string cluster, string pod) => $"{cluster}/{pod}";
}
