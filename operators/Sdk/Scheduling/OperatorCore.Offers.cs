using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.Specification;
using DataPlatform.Operators.Sdk.State;

namespace DataPlatform.Operators.Sdk.Scheduling;

/// <content>Offers are answered as they come, never kept.</content>
public sealed partial class OperatorCore
{
    // What is not wanted now is refused for long: a REVIVE brings it back as soon as something is wanted.
    private const double RefuseSeconds = 3600;

    private void Evaluate(IEnumerable<Offer> offers, DateTimeOffset now)
    {
        var shares = offers.Select(offer => new OfferShare(offer)).OrderBy(share => share.AgentId, StringComparer.Ordinal).ToList();
        var launches = shares.ToDictionary(share => share, _ => new List<TaskInfo>());
        foreach (var cluster in clusters.Values.Where(Launching).OrderBy(cluster => cluster.Wanted!.CreatedAt).ThenBy(cluster => cluster.Id, StringComparer.Ordinal))
            foreach (var instance in cluster.Unplaced().ToList())
                if (Readiness.WhyNot(cluster, instance, now) is null)
                    Place(cluster, instance, shares, launches, now);
        foreach (var share in shares)
            Answer(share, launches[share]);
    }

    private static bool Launching(ClusterWork cluster) => cluster is { Wanted: not null, Removing: false, Specification: not null };

    private void Place(ClusterWork cluster, PodInstance instance, List<OfferShare> shares, Dictionary<OfferShare, List<TaskInfo>> launches, DateTimeOffset now)
    {
        // The emptiest host first: pods of a cluster spread.
        foreach (var share in shares.OrderByDescending(share => share.MilliCpus).ThenByDescending(share => share.MemoryMebibytes).ThenBy(share => share.AgentId, StringComparer.Ordinal).ToList())
        {
            var here = cluster.Living.Count(row => row.AgentId == share.AgentId && row.Pod.StartsWith(instance.Pod.Type + "-", StringComparison.Ordinal));
            var avoided = avoidedHosts.WhyNot(share.AgentId, now) is { } reason ? new Refusal(OfferEvaluation.PlacementStage, reason) : null;
            var refusal = avoided ?? OfferEvaluation.WhyNot(share, instance.Pod, here) ?? Launch(cluster, instance, share, launches[share], now);
            if (refusal is null)
            {
                foreach (var done in cluster.Refusals.Keys.Where(refused => refused.Pod == instance.Name).ToList())
                    cluster.Refusals.Remove(done);
                return;
            }
            cluster.Refusals[(instance.Name, share.Host + ":" + share.AgentId[(share.AgentId.LastIndexOf('-') + 1)..])] = (refusal, now);
            Changed(cluster.Id);
        }
    }

    private Refusal? Launch(ClusterWork cluster, PodInstance instance, OfferShare share, List<TaskInfo> launches, DateTimeOffset now)
    {
        var peers = cluster.Placed();
        var rows = new List<(TaskRow Row, TaskInfo Info)>();
        var seedId = settings.NewId();
        var chosen = new Queue<int>(share.ChoosePorts(instance.Pod.Tasks.Sum(task => task.Ports.Count), seedId.GetHashCode()));
        foreach (var (name, task) in instance.TaskNames())
        {
            var ports = task.Ports.ToDictionary(port => port, _ => chosen.Dequeue(), StringComparer.Ordinal);
            var context = new TaskContext(name, instance.Index, share.Host, ports, peers);
            if (task.Command(context) is not CommandOutcome.Known(var command))
                return new Refusal(OfferEvaluation.CommandStage, $"{name} waits for another task's place");
            var readiness = task.Readiness(context);
            var taskId = $"{cluster.Wanted!.Name}.{name}.{seedId:n}";
            var row = new TaskRow(taskId, cluster.Id, instance.Name, name, share.AgentId, share.Host, share.AgentUrl, task.Resources, ports, new Dictionary<string, string>(context.Dependencies), now);
            rows.Add((row, TaskInfos.Build(row, task, command, readiness, cluster.Wanted.Name, share.Role, settings.User)));
            peers[name] = new PlacedTask(name, taskId, share.Host, ports, false);
        }
        foreach (var (row, info) in rows)
        {
            cluster.Add(row);
            clusterOfTask[row.TaskId] = cluster.Id;
            unconfirmed.Add(row.TaskId);
            Save(cluster, row);
            share.Take(row.Resources, row.Ports.Values);
            launches.Add(info);
        }
        return null;
    }

    private void Answer(OfferShare share, List<TaskInfo> launches)
    {
        var filters = new Filters { RefuseSeconds = RefuseSeconds };
        if (launches.Count == 0)
        {
            var decline = new SchedulerCall { Type = SchedulerCall.Types.Type.Decline, Decline = new SchedulerCall.Types.Decline { Filters = filters } };
            decline.Decline.OfferIds.Add(share.Offer.Id);
            Call(decline);
            return;
        }
        var launch = new Offer.Types.Operation { Type = Offer.Types.Operation.Types.Type.Launch, Launch = new Offer.Types.Operation.Types.Launch() };
        launch.Launch.TaskInfos.Add(launches);
        var accept = new SchedulerCall { Type = SchedulerCall.Types.Type.Accept, Accept = new SchedulerCall.Types.Accept { Filters = filters } };
        accept.Accept.OfferIds.Add(share.Offer.Id);
        accept.Accept.Operations.Add(launch);
        Call(accept);
    }
}
