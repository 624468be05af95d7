using System.Text.Json;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Plans;

/// <summary>What becomes of pods when one specification follows another. Both are to be made with the same artifacts. Pure.</summary>
public static class TargetDiff
{
    /// <summary>Pods that change, by their instances' names in the order in which the later specification brings them up.</summary>
    public static IReadOnlyList<PodChange> Of(ServiceSpecification before, ServiceSpecification after)
    {
        var (old, wanted) = (Instances(before), Instances(after));
        var changes = new List<PodChange>();
        foreach (var pod in wanted)
        {
            if (!old.Contains(pod))
                changes.Add(new PodChange(pod, PodChangeKind.Added, "there are more of them"));
            else if (WhyRestart(before, after, pod) is { } why)
                changes.Add(new PodChange(pod, PodChangeKind.Restarted, why));
        }
        changes.AddRange(old.Except(wanted, StringComparer.Ordinal).Select(pod => new PodChange(
            pod, PodChangeKind.Removed, Removal(Find(before, pod).Pod!))));
        return changes;
    }

    private static string Removal(PodSpecification pod) =>
        $"there are fewer of them{(pod.Rules.BeforeRemoval is { } before ? $"; once it is through with {before}, it ends" : "")}{(pod.Volumes.Any() ? $"{(pod.Rules.BeforeRemoval is null ? ";" : " and")} its data is deleted" : "")}";

    /// <returns>Null when the instance stays as it is, or is in only one of them.</returns>
    public static string? WhyRestart(ServiceSpecification before, ServiceSpecification after, string instance)
    {
        var (old, index) = Find(before, instance);
        var (wanted, _) = Find(after, instance);
        if (old is null || wanted is null)
            return null;
        if (before.Version != after.Version)
            return $"its version changes from {before.Version} to {after.Version}";
        if (old.Resources != wanted.Resources)
            return $"its resources change from {Text(old.Resources)} to {Text(wanted.Resources)}";
        if (!old.Tasks.Select(task => task.Name).SequenceEqual(wanted.Tasks.Select(task => task.Name)))
            return "its tasks change";
        var (peersBefore, peersAfter) = (Peers(before), Peers(after));
        foreach (var (first, second) in old.Tasks.Zip(wanted.Tasks))
        {
            if (first.Resources != second.Resources || !first.Ports.SequenceEqual(second.Ports))
                return "the resources of its tasks change";
            var (was, willBe) = (Command(first, index, peersBefore), Command(second, index, peersAfter));
            if (was.Program != willBe.Program || !was.Arguments.SequenceEqual(willBe.Arguments))
                return "its command changes";
            if (!Same(was.Environment, willBe.Environment) || !Same(was.Secrets, willBe.Secrets))
                return "its environment changes";
            if (was.Files.Zip(willBe.Files).FirstOrDefault(pair => pair.First != pair.Second) is { First: { } file })
                return $"its file {file.Path} changes";
            if (was.Files.Count != willBe.Files.Count || JsonSerializer.Serialize(was.Artifacts) != JsonSerializer.Serialize(willBe.Artifacts))
                return "its files change";
        }
        return null;
    }

    /// <summary>As if everything had a place, so that only what the specifications say differs.</summary>
    private static Dictionary<string, PlacedTask> Peers(ServiceSpecification specification) => specification.Pods
        .SelectMany(pod => Enumerable.Range(0, pod.Count).SelectMany(index => pod.Tasks.Select(task => TaskContext.PeerWithoutPlace(pod.TaskName(index, task), task))))
        .ToDictionary(peer => peer.Name, StringComparer.Ordinal);

    private static TaskCommand Command(TaskSpecification task, int index, Dictionary<string, PlacedTask> peers) =>
        task.Command(TaskContext.WithoutPlace(task.Name, index, task, peers, peers)) is CommandOutcome.Known(var command)
            ? command
            : new TaskCommand("", [], new Dictionary<string, string>(0), [], []);

    private static bool Same(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var value) && value == pair.Value);

    private static List<string> Instances(ServiceSpecification specification) =>
        [.. specification.Deploy.Phases.SelectMany(phase => specification.Pods.Where(pod => pod.Type == phase.Pod)).SelectMany(pod => Enumerable.Range(0, pod.Count).Select(pod.Instance))];

    private static (PodSpecification? Pod, int Index) Find(ServiceSpecification specification, string instance)
    {
        foreach (var pod in specification.Pods)
            for (var index = 0; index < pod.Count; index++)
                if (pod.Instance(index) == instance)
                    return (pod, index);
        return (null, 0);
    }

    private static string Text(TaskResources resources) =>
        $"{(resources.MilliCpus / 1000m).ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)} cpus, {resources.MemoryMebibytes} MiB, {resources.DiskMebibytes} MiB of disk";
}

/// <param name="Pod">The instance, such as <c>worker-0</c>.</param>
/// <param name="Why">For people.</param>
public sealed record PodChange(string Pod, PodChangeKind Kind, string Why);

public enum PodChangeKind { Added, Restarted, Removed }
