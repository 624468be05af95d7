namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>What the cluster is asked to do while it serves. Each runs once as a pod of its own; plans and offers do the rest.</content>
public sealed partial class SchedulerCore
{
    /// <summary>Of what is not asked for any more nothing is remembered.</summary>
    private void ForgetOperations()
    {
        // Which steps plans have is known with the specification.
        if (cluster.Specification is null)
            return;
        var wanted = cluster.Wanted!.Operations.Select(operation => operation.Pod).Concat(cluster.PlanOperations().Select(operation => operation.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var row in cluster.Tasks.Values.Where(row => row is { IsOperation: true, Living: false } && !wanted.Contains(row.Pod)).ToList())
        {
            cluster.Tasks.Remove(row.Name);
            Store(State.SchedulerMemory.RemoveTask(row.TaskId));
        }
    }
}
