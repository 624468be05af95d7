using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>What the engine has to do itself as a step of a plan. That it is done is seen from its launch, which is later than what it is about.</content>
internal sealed partial class ClusterWork
{
    public PlanRules RulesOf(string type) => Specification?.Pods.FirstOrDefault(pod => pod.Type == type)?.Rules ?? PlanRules.None;

    /// <summary>All of them, those that are over included.</summary>
    public IEnumerable<PodInstance> PlanOperations() => HasRules ? Removals().Select(removal => removal.Operation).Concat(Additions().Select(addition => addition.Operation)) : [];

    /// <summary>Before pods go that are wanted no longer, the last of each type first.</summary>
    public IEnumerable<(string Pod, PodInstance Operation)> Removals() =>
        from pod in HasRules ? TooMuch(Instances().Concat(Operations())) : []
        let record = Pods.GetValueOrDefault(pod)
        where record is not null && RulesOf(record.Type).BeforeRemoval is not null
        let launches = Tasks.Values.Where(row => row.Pod == pod).ToList()
        // What never served and has no data is missed by nobody.
        where record.Volumes is { IsUsed: true } || launches.Exists(row => row.ReadyAt is not null)
        orderby record.Type, record.Index descending
        let living = launches.Find(row => row.Living)
        let ports = launches.Where(row => row.Living).SelectMany(row => row.Ports).DistinctBy(port => port.Key).ToDictionary()
        let operation = Operation(RulesOf(record.Type).BeforeRemoval!, new OperationSubject(pod, record.Index, living?.Host ?? "", ports), launches.Select(row => row.Number))
        where operation is not null
        select (pod, operation);

    /// <summary>After instances were added to what has served before.</summary>
    public IEnumerable<(PodSpecification Pod, PodInstance Operation)> Additions()
    {
        if (!HasRules || Wanted is not { } wanted || Facts.SettledTarget == 0 || Facts.SettledTarget >= wanted.Target || SpecifiedTarget != wanted.Target)
            yield break;
        foreach (var pod in Specification!.Pods.Where(pod => pod.Rules.AfterAddition is not null))
        {
            var added = Enumerable.Range(0, pod.Count).Select(pod.Instance).Where(name => Pods.GetValueOrDefault(name) is not { FirstLaunchedAt: not null } record || record.FirstTarget > Facts.SettledTarget).ToHashSet(StringComparer.Ordinal);
            if (added.Count > 0 && Operation(pod.Rules.AfterAddition!, new OperationSubject(pod.Type, 0, "", new Dictionary<string, int>(0)), Tasks.Values.Where(row => added.Contains(row.Pod)).Select(row => row.Number)) is { } operation)
                yield return (pod, operation);
        }
    }

    private bool HasRules => Specification?.Pods.Any(pod => pod.Rules != PlanRules.None) == true;

    private PodInstance? Operation(string name, OperationSubject subject, IEnumerable<long> launches) =>
        Specification!.Operations.FirstOrDefault(operation => operation.Name == name)?.Pod(new WantedOperation(0, name, null, Wanted!.TargetAt) { Subject = subject }) is { } pod
            ? new PodInstance(pod with { Type = $"{name}-{subject.Pod}", SingleNamed = true }, 0) { Since = launches.Append(0).Max() }
            : null;
}
