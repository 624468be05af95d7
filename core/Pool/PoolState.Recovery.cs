using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>What a master knows before anyone spoke to it.</summary>
public sealed partial class PoolState
{
    /// <summary>
    /// Takes in one durable event of earlier masters, in the order in which they happened. Frameworks and agents are then
    /// remembered, but not here yet.
    /// </summary>
    public void Recover(PoolEvent happened)
    {
        switch (happened)
        {
            case PoolEvent.FrameworkAdmitted admitted:
                Apply(admitted with { Since = StartTime, Recovered = true });
                break;
            case PoolEvent.AgentAdmitted admitted:
                unreachableAgents.Remove(admitted.Info.Id.Value);
                recoveredAgents[admitted.Info.Id.Value] = admitted.Info;
                break;
            case PoolEvent.FrameworkChanged or PoolEvent.FrameworkRemoved or PoolEvent.AgentBecameUnreachable or PoolEvent.AgentRemoved
                or PoolEvent.AgentBound or PoolEvent.AgentConverted or PoolEvent.OperationAdded or PoolEvent.OperationReversed
                or PoolEvent.OperationAcknowledged or PoolEvent.OperationRemoved or PoolEvent.QuotaUpdated or PoolEvent.WeightUpdated
                or PoolEvent.AgentDeactivated or PoolEvent.AgentReactivated
                or PoolEvent.MaintenanceScheduled or PoolEvent.MachineWentDown or PoolEvent.MachineCameUp:
                Apply(happened);
                break;
            case PoolEvent.OperationEnded ended:
                Apply(happened);
                // Whether the framework heard of it is not known any more.
                if (operations[ended.Uuid] is { WantsFeedback: true, FrameworkId: { } framework } && frameworks.ContainsKey(framework))
                    Apply(new PoolEvent.OperationTold(ended.Uuid, StartTime, OperationLife.FirstWait));
                if (ended.State == Protocol.Mesos.OperationState.OperationFailed)
                    Apply(new PoolEvent.OperationReversalPostponed(ended.Uuid));
                break;
            default:
                throw new InvalidOperationException($"{happened.GetType().Name} is not kept in the journal");
        }
    }

    /// <summary>
    /// The durable events that lead to what this state remembers: a journal of these alone says as much as the whole history.
    /// </summary>
    public IEnumerable<PoolEvent> Remembered()
    {
        foreach (var framework in completedFrameworks.Values.Concat(frameworks.Values))
        {
            yield return new PoolEvent.FrameworkAdmitted(framework.Info, StartTime, Recovered: true);
            if (framework.UnregisteredTime is { } removed)
                yield return new PoolEvent.FrameworkRemoved(framework.Id, removed);
        }

        foreach (var (role, quota) in quotas)
            yield return new PoolEvent.QuotaUpdated(role, quota);
        foreach (var (role, weight) in weights)
            yield return new PoolEvent.WeightUpdated(role, weight);
        foreach (var (id, time) in unreachableAgents)
            yield return new PoolEvent.AgentBecameUnreachable(id, time);
        foreach (var (id, principal) in agentPrincipals)
            yield return new PoolEvent.AgentBound(id, principal);
        foreach (var (id, byOperator) in removedAgents)
            yield return new PoolEvent.AgentRemoved(id, StartTime, byOperator);
        foreach (var info in recoveredAgents.Values.Concat(agents.Values.Select(agent => agent.Info)))
            yield return new PoolEvent.AgentAdmitted(info, StartTime);
        foreach (var (id, deactivation) in deactivations)
            yield return new PoolEvent.AgentDeactivated(id, deactivation.Drain, deactivation.Since);
        if (!Plan.IsEmpty)
            yield return new PoolEvent.MaintenanceScheduled(Plan.Schedule);
        foreach (var machine in downMachines.Values)
            yield return new PoolEvent.MachineWentDown(machine);
        foreach (var (id, bag) in converted)
            yield return new PoolEvent.AgentConverted(id, bag);
        foreach (var operation in operations.Values.OrderBy(operation => operation.Number))
        {
            yield return new PoolEvent.OperationAdded(operation.Uuid, operation.FrameworkId, operation.AgentId, operation.Info, operation.Conversion);
            if (!operation.IsPending)
                yield return new PoolEvent.OperationEnded(operation.Uuid, operation.State, operation.Message);
            if (operation is { IsPending: false, WantsFeedback: true, TellAgainAt: null })
                yield return new PoolEvent.OperationAcknowledged(operation.Uuid);
            if (operation.IsReversed)
                yield return new PoolEvent.OperationReversed(operation.Uuid);
        }
    }
}
