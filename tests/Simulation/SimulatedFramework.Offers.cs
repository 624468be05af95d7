using DataPlatform.Core.Pool;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using CallType = DataPlatform.Core.Protocol.Mesos.SchedulerCall.Types.Type;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Simulation.Tests;

// What a framework does with its offers.
internal sealed partial class SimulatedFramework
{
    /// <summary>Of an agent without which nothing goes on.</summary>
    private Offer? WaitedFor => _volumes.Select(volume => volume.WaitsFor).OfType<string>()
        .Select(agent => _offers.Values.FirstOrDefault(offer => offer.AgentId.Value == agent)).FirstOrDefault(offer => offer is not null);

    private void Answer(Offer offer, Random chance)
    {
        _offers.Remove(offer.Id.Value);
        var filters = new Filters { RefuseSeconds = !WantsMoreAgents && !_volumes.Any(volume => volume.IsOn(offer.AgentId.Value)) ? 120 : chance.Next(4) == 0 ? 0 : chance.Next(1, 20) };
        var (operations, tasks) = chance.Next(5) == 0 ? ([], []) : Wanted(offer, chance);
        if (operations.Count + tasks.Count == 0)
        {
            var decline = new SchedulerCall { Type = CallType.Decline, Decline = new SchedulerCall.Types.Decline { Filters = filters } };
            decline.Decline.OfferIds.Add(offer.Id);
            Call(decline);
            return;
        }

        var accept = new SchedulerCall { Type = CallType.Accept, Accept = new SchedulerCall.Types.Accept { Filters = filters } };
        accept.Accept.OfferIds.Add(offer.Id);
        accept.Accept.Operations.Add(operations);
        if (tasks.Count > 0 && !operations.Any(operation => operation.Type is OperationType.Launch or OperationType.LaunchGroup))
        {
            var launch = new Offer.Types.Operation { Type = OperationType.Launch, Launch = new() };
            launch.Launch.TaskInfos.Add(tasks);
            accept.Accept.Operations.Add(launch);
        }

        foreach (var task in tasks)
            _running[task.TaskId.Value] = offer.AgentId.Value;
        Call(accept, outcome =>
        {
            // What nobody answers may have happened: reconciliation tells.
            if (outcome is not PoolOutcome.Refused)
                return;
            foreach (var task in tasks)
                NeverLaunched(task.TaskId.Value);
            foreach (var operation in operations.Where(operation => operation.Id is not null))
                Tell(new OperationStatus { OperationId = operation.Id, State = OperationState.OperationError });
        });
    }

    private bool WantsMoreAgents => Ended + _running.Count < wanted || !_volumes.All(volume => volume.IsDone || volume.WaitsFor is not null);

    /// <summary>Whatever it says, its tasks stay until they end.</summary>
    private void Answer(IEnumerable<InverseOffer> offers)
    {
        foreach (var offer in offers)
        {
            Call(cluster.Chance.Next(2) == 0
                ? new SchedulerCall { Type = CallType.AcceptInverseOffers, AcceptInverseOffers = new() { InverseOfferIds = { offer.Id } } }
                : new SchedulerCall { Type = CallType.DeclineInverseOffers, DeclineInverseOffers = new() { InverseOfferIds = { offer.Id } } });
        }
    }

    private void NeverLaunched(string task)
    {
        _running.Remove(task);
        foreach (var volume in _volumes)
            volume.Ended(task, TaskState.TaskDropped);
    }

    private (List<Offer.Types.Operation> Operations, List<TaskInfo> Tasks) Wanted(Offer offer, Random chance)
    {
        var (operations, use) = (_volumes.FirstOrDefault(volume => volume.WaitsFor == offer.AgentId.Value) ?? _volumes[chance.Next(_volumes.Length)]).Answer(offer, chance);
        if (operations.Count > 0 || use is not null)
            return (operations, use is null ? [] : [use]);
        var open = wanted - Ended - _running.Count;
        if (open > 0 && chance.Next(3) == 0 && Pod(offer, chance) is var (pod, members))
            return ([pod], members);
        return ([], open <= 0 ? [] : Tasks(offer, Math.Min(open, chance.Next(1, 4)), chance));
    }

    private List<TaskInfo> Tasks(Offer offer, int most, Random chance)
    {
        var free = offer.Resources.ToBag().Unallocated();
        var tasks = new List<TaskInfo>();
        for (var count = 0; count < most; count++)
        {
            var size = ResourceBag.Of(
                new ResourceEntry(new ResourceKind("cpus"), new ResourceValue.Scalar(ResourceAmount.FromThousandths(100 * chance.Next(1, 20)))),
                new ResourceEntry(new ResourceKind("mem"), new ResourceValue.Scalar(ResourceAmount.FromUnits(chance.Next(32, 1024)))));
            var ports = free.Numbers("ports");
            if (!ports.IsEmpty)
                size = size.Add([new ResourceEntry(new ResourceKind("ports"), new ResourceValue.Ranges(IntervalSet.Single(ports.Intervals[0].First)))]);
            if (!free.Contains(size))
                break;
            free = free.Subtract(size);
            var task = new TaskInfo
            {
                Name = "work", TaskId = new TaskID { Value = $"t{_launched++}" }, AgentId = offer.AgentId,
                Command = new CommandInfo { Value = "true" },
            };
            if (chance.Next(4) == 0)
                task.KillPolicy = Grace(1);
            task.Resources.Add(size.AllocatedTo(role).ToMessages());
            tasks.Add(task);
        }

        return tasks;
    }

    private void Take(OperationStatus status)
    {
        if (status.Uuid is { } uuid)
        {
            cluster.Invariants.OperationEnded($"{Id}/{status.OperationId.Value}", status.State);
            _outbox.Enqueue(new SchedulerCall
            {
                Type = CallType.AcknowledgeOperationStatus,
                AcknowledgeOperationStatus = new() { AgentId = status.AgentId, OperationId = status.OperationId, Uuid = uuid.Value },
            });
        }

        Tell(status);
    }

    private void Tell(OperationStatus status)
    {
        foreach (var volume in _volumes)
            volume.Told(status);
    }

    private void ReconcileOperations()
    {
        var waiting = _volumes.SelectMany(volume => volume.Waiting).ToList();
        if (waiting.Count == 0 || Id is null)
            return;
        var call = new SchedulerCall { Type = CallType.ReconcileOperations, ReconcileOperations = new() };
        call.ReconcileOperations.Operations.Add(waiting.Select(each => new SchedulerCall.Types.ReconcileOperations.Types.Operation
        {
            OperationId = new OperationID { Value = each.Id }, AgentId = new AgentID { Value = each.AgentId },
        }));
        Call(call);
    }
}
