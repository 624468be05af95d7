using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using DataPlatform.Operators.Sdk.Evaluation;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Simulation.Tests;

/// <summary>Stands for the control plane's, which takes away what hosts bring back that were away while their cluster was deleted.</summary>
internal sealed class SimulatedSweep(SimulatedCluster cluster)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(20);
    private TimeSpan next;

    /// <summary>For people: what is left of clusters that nobody wants any more.</summary>
    public IEnumerable<string> Left => cluster.Master.State.Agents.Keys.SelectMany(agent => Of(agent).Where(each => IsDeleted(each.Pod.ClusterId)).Select(each => $"{each.Pod.Pod} of {each.Pod.ClusterId} on {agent}: {each.Resource.Name}"))
        .Concat(cluster.Agents.SelectMany(agent => agent.Host.Disk.Places).Where(place => IsDeleted(place[(place.LastIndexOf('/') + 1)..].Split('.')[0])));

    public void Step()
    {
        if (cluster.Steady < next)
            return;
        next = cluster.Steady + Every;
        foreach (var agent in cluster.Sabotage == Sabotage.SweepsNothing ? [] : cluster.Master.State.Agents.Keys.ToList())
        {
            foreach (var left in Of(agent).Where(each => IsDeleted(each.Pod.ClusterId) || cluster.Sabotage == Sabotage.SweepsAll).GroupBy(each => each.Pod.ClusterId))
            {
                var volumes = new Offer.Types.Operation { Type = OperationType.Destroy, Destroy = new() };
                volumes.Destroy.Volumes.Add(left.Where(each => each.Resource.Disk is not null).Select(each => each.Resource));
                var plain = new Offer.Types.Operation { Type = OperationType.Unreserve, Unreserve = new() };
                plain.Unreserve.Resources.Add(left.Where(each => each.Resource.Disk is null).Select(each => each.Resource));
                if (volumes.Destroy.Volumes.Count > 0)
                    cluster.Master.Post(new PoolCommand.Operate(agent, volumes, SimulatedCluster.Anyone));
                if (plain.Unreserve.Resources.Count > 0)
                    cluster.Master.Post(new PoolCommand.Operate(agent, plain, SimulatedCluster.Anyone));
            }
        }
    }

    private IEnumerable<(PodReservation Pod, Resource Resource)> Of(string agent) => cluster.Master.State.Agents[agent].Total.ToMessages()
        .Select(resource => (Pod: PodReservation.Of(resource) ?? PodReservation.OfVolume(resource)?.Reservation, resource))
        .Where(each => each.Pod is not null).Select(each => (each.Pod!, each.resource));

    private bool IsDeleted(string id) => cluster.Schedulers.Any(scheduler => scheduler.ClusterId == id && scheduler.IsDone);
}
