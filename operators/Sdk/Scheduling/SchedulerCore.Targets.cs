using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Plans;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>Which tasks have another configuration than the one that is wanted.</content>
public sealed partial class SchedulerCore
{
    /// <summary>Tasks that the change does not concern are taken over as they are.</summary>
    private void FindOutdated()
    {
        if (cluster is not { Wanted: { } wanted, Specification: not null } || cluster.SpecifiedTarget != wanted.Target)
            return;
        // Both made with the same artifacts; earlier ones are few, and asked for only where a task of theirs is there.
        var specified = new Dictionary<int, ServiceSpecification>();
        ServiceSpecification Specified(int target, JsonObject options) =>
            specified.TryGetValue(target, out var known) ? known : specified[target] = Grown(package.Specify(SettingsOf(options, ResolvedArtifacts.None)));
        foreach (var row in cluster.Tasks.Values.Where(row => !row.IsOperation && (row.Living || row.State == "TASK_FINISHED")).ToList())
        {
            if (row.Living && row.Rotations < wanted.Rotations)
            {
                cluster.Outdated[row.TaskId] = "it knows earlier secrets";
                continue;
            }
            if (row.Living && row.Restarts < wanted.Restarts)
            {
                cluster.Outdated[row.TaskId] = "a restart was asked for";
                continue;
            }
            if (row.Target == wanted.Target)
                continue;
            var before = wanted.Earlier.GetValueOrDefault(row.Target);
            var why = row.Living && OtherNeeds(row, wanted) is { } otherNeeds ? otherNeeds
                : before is null ? $"target {row.Target}, with which it was started, is not known any more"
                : TargetDiff.WhyRestart(Specified(row.Target, before), Specified(wanted.Target, wanted.Options), row.Pod);
            if (why is null)
                Save(row with { Target = wanted.Target });
            else
                cluster.Outdated[row.TaskId] = why;
        }
    }

    /// <summary>What is needed and the package does not connect to by itself.</summary>
    private List<string> BeyondPackage(WantedCluster wanted) => [.. wanted.Needs.Except(package.Connections(wanted.Options))];

    private string? OtherNeeds(TaskRow row, WantedCluster wanted)
    {
        var had = row.Dependencies.Keys.Where(name => name.StartsWith(ConnectionPrefix, StringComparison.Ordinal)).Select(name => name[ConnectionPrefix.Length..]).ToList();
        if (BeyondPackage(wanted).Except(had).FirstOrDefault() is { } added)
            return $"the cluster needs {added} now";
        return had.Except(wanted.Needs).Except(package.Connections(wanted.Options)).FirstOrDefault() is { } gone ? $"the cluster does not need {gone} any more" : null;
    }
}
