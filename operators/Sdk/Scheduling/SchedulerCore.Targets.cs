using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Plans;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>Which tasks have another configuration than the one that is wanted.</content>
public sealed partial class SchedulerCore
{
    /// <summary>Tasks that the change does not concern are taken over as they are.</summary>
    private void FindOutdated(DateTimeOffset now)
    {
        if (cluster is not { Wanted: { } wanted, Specification: { } specification } || cluster.SpecifiedTarget != wanted.Target)
            return;
        foreach (var row in cluster.Tasks.Values.Where(row => row.Living || row.State == "TASK_FINISHED").ToList())
        {
            if (row.Living && row.Restarts < wanted.Restarts)
            {
                cluster.Outdated[row.TaskId] = "a restart was asked for";
                continue;
            }
            if (row.Target == wanted.Target)
                continue;
            var before = wanted.Earlier.GetValueOrDefault(row.Target);
            var why = before is null ? $"target {row.Target}, with which it was started, is not known any more"
                : TargetDiff.WhyRestart(package.Specify(SettingsOf(before, ResolvedArtifacts.None)), package.Specify(SettingsOf(wanted.Options, ResolvedArtifacts.None)), row.Pod);
            if (why is null)
                Save(row with { Target = wanted.Target });
            else
                cluster.Outdated[row.TaskId] = why;
        }
    }
}
