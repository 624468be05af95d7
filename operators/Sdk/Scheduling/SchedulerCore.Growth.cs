using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>How many there are of pods whose count follows the work. It is decided when something is said of the work, never for want of an answer.</content>
public sealed partial class SchedulerCore
{
    /// <summary>Since when the condition of a pod, for more or for less, has held without a gap, and when that was last said.</summary>
    private readonly Dictionary<(string Pod, bool IsMore), (DateTimeOffset Since, DateTimeOffset At)> workSince = [];

    /// <summary>With as many of each pod as there are to be now.</summary>
    private ServiceSpecification Grown(ServiceSpecification specification) => specification with
    {
        Pods = [.. specification.Pods.Select(pod => pod.Growth is { } growth ? pod with { Count = Math.Clamp(cluster.Facts.Grown?.GetValueOrDefault(pod.Type) ?? 0, growth.Least, growth.Most) } : pod)],
    };

    /// <summary>After an instance of the pod has said something.</summary>
    private void Grow(string of, DateTimeOffset now)
    {
        if (cluster is not { Specification: { } specification, Facts: { ReadyAt: not null, Removing: false }, Wanted: { IsPaused: false }, MustPark: false, IsSettled: true })
        {
            workSince.Clear();
            return;
        }

        foreach (var pod in specification.Pods)
        {
            if (pod.Growth is not { } growth || growth.Of != of || specification.Pods.FirstOrDefault(each => each.Type == of) is not { } knows)
                continue;
            // One at a time: whether it was enough is seen when it serves.
            var isWhole = cluster.Instances().All(cluster.IsComplete);
            if (!isWhole)
                workSince.Remove((pod.Type, true));
            var (more, less) = (isWhole ? Holds(pod, isMore: true, knows, growth.When, now) : null, Holds(pod, isMore: false, knows, growth.ShrinksWhen, now));
            if (cluster.Surplus().Any())
                continue;
            if (less >= growth.ShrinksAfter && pod.Count > growth.Least)
                Resize(pod, pod.Count - 1, growth.ShrinksWhen, less.Value, now);
            else if (more >= growth.After && pod.Count < growth.Most)
                Resize(pod, pod.Count + 1, growth.When, more.Value, now);
        }
    }

    /// <returns>For how long; null when it does not hold.</returns>
    private TimeSpan? Holds(PodSpecification pod, bool isMore, PodSpecification knows, FactCondition condition, DateTimeOffset now)
    {
        if (!EngineFacts.AllSay(cluster, knows, condition, now))
        {
            workSince.Remove((pod.Type, isMore));
            return null;
        }

        var since = workSince.TryGetValue((pod.Type, isMore), out var before) && now - before.At <= EngineFacts.Fresh(knows) ? before.Since : now;
        workSince[(pod.Type, isMore)] = (since, now);
        return now - since;
    }

    /// <summary>What comes back begins with as many as there always are: the work is gone.</summary>
    private void Shrink()
    {
        if (cluster.Facts.Grown is null)
            return;
        SaveFacts(cluster.Facts with { Grown = null });
        if (cluster.Specification is { } specification)
            cluster.Specification = Grown(specification);
    }

    private void Resize(PodSpecification pod, int count, FactCondition condition, TimeSpan heldFor, DateTimeOffset now)
    {
        var grown = new Dictionary<string, int>(cluster.Facts.Grown ?? new Dictionary<string, int>(0)) { [pod.Type] = count };
        if (count == pod.Growth!.Least)
            grown.Remove(pod.Type);
        SaveFacts(cluster.Facts with { Grown = grown.Count > 0 ? grown : null });
        cluster.Specification = Grown(cluster.Specification!);
        var title = cluster.Specification.Facts.FirstOrDefault(fact => fact.Name == condition.Fact && fact.Pod == pod.Growth.Of)?.Title ?? condition.Fact;
        Happened("", $"{count} of {pod.Type} are wanted: {title} has been {condition.Wanted} for {heldFor.TotalSeconds:0} s", now);
        workSince.Clear();
    }
}
