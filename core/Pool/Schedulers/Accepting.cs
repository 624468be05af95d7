using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;
using Reason = DataPlatform.Core.Protocol.Mesos.TaskReport.Types.Reason;

namespace DataPlatform.Core.Pool;

/// <summary>ACCEPT: offers of one agent and one role become tasks; what is left over is declined.</summary>
internal static class Accepting
{
    public static void Decide(
        PoolState state, Decision decision, PooledFramework framework, SchedulerCall.Types.Accept accept, DateTimeOffset now)
    {
        var known = accept.OfferIds.Select(id => id.Value).Distinct()
            .Select(id => state.Offers.GetValueOrDefault(id))
            .OfType<PooledOffer>().Where(offer => offer.FrameworkId == framework.Id).ToList();
        foreach (var offer in known)
            decision.Happened(new PoolEvent.OfferEnded(offer.Id));

        var time = state.OnTheWall(now);
        if (WhyNotOffers(state, framework, accept, known) is { } why)
        {
            RefuseAll(decision, framework, accept, TaskState.TaskDropped, Reason.InvalidOffers, why, time);
            return;
        }

        var agent = state.Agents[known[0].AgentId];
        if (!agent.IsConnected)
        {
            RefuseAll(decision, framework, accept, TaskState.TaskDropped, Reason.AgentDisconnected,
                "The agent of the offer is not connected now", time);
            return;
        }

        var available = known.Aggregate(ResourceBag.Empty, (sum, offer) => sum.Add(offer.Resources));
        var accepted = new AcceptedResources(agent, known[0].Role, available, VolumeRules.Unfinished(state, agent));
        var launching = new Launching(state, decision, framework, agent, accepted, time);
        var pods = new LaunchingGroup(decision, framework, agent, accepted, launching, time);
        var operating = new Operating(state, decision, framework, agent, accepted, known.Select(offer => offer.Id));
        foreach (var operation in accept.Operations)
            Carry(decision, framework, agent, launching, pods, operating, operation);

        Declining.Refuse(state, decision, framework, known[0], accepted.Available, accept.Filters, now);
    }

    private static string? WhyNotOffers(
        PoolState state, PooledFramework framework, SchedulerCall.Types.Accept accept, List<PooledOffer> known)
    {
        if (accept.OfferIds.Count == 0)
            return "No offer is named in accept.offer_ids";
        var seen = new HashSet<string>();
        foreach (var id in accept.OfferIds)
        {
            if (!seen.Add(id.Value))
                return $"Offer {Names.Printable(id.Value)} is named twice";
            if (!state.Offers.TryGetValue(id.Value, out var offer) || offer.FrameworkId != framework.Id)
                return $"Offer {Names.Printable(id.Value)} is no longer valid: it was used, declined, rescinded or never made to this framework";
        }

        if (known.Select(offer => offer.AgentId).Distinct().Count() > 1)
            return "The offers are of different agents; a call may combine offers of one agent only";
        return known.Select(offer => offer.Role).Distinct().Count() > 1
            ? "The offers are for different roles; a call may combine offers for one role only"
            : null;
    }

    private static void Carry(
        Decision decision, PooledFramework framework, PooledAgent agent, Launching launching, LaunchingGroup pods,
        Operating operating, Offer.Types.Operation operation)
    {
        switch (operation.Type)
        {
            case OperationType.Launch when operation.Launch is { } body:
                foreach (var task in body.TaskInfos)
                    launching.Launch(task);
                break;
            case OperationType.LaunchGroup when operation.LaunchGroup is { } group:
                pods.Launch(group.Executor, group.TaskGroup);
                break;
            case OperationType.Launch or OperationType.LaunchGroup or OperationType.Unknown:
                OperationReports.Refuse(decision, framework, operation, agent.Info.Id,
                    $"The operation of type {WireName.Of(operation.Type)} does not carry what its type names");
                break;
            default:
                operating.Carry(operation);
                break;
        }
    }

    private static void RefuseAll(
        Decision decision, PooledFramework framework, SchedulerCall.Types.Accept accept, TaskState taskState, Reason reason,
        string message, DateTimeOffset time)
    {
        foreach (var operation in accept.Operations)
        {
            var tasks = operation.Type switch
            {
                OperationType.Launch => operation.Launch?.TaskInfos,
                OperationType.LaunchGroup => operation.LaunchGroup?.TaskGroup.Tasks,
                _ => null,
            };
            if (tasks is null)
            {
                OperationReports.Refuse(decision, framework, operation, agent: null, message);
                continue;
            }

            foreach (var task in tasks)
            {
                decision.Tell(framework, StatusReports.Update(StatusReports.FromMaster(
                    task.TaskId, task.AgentId, TaskStates.AsKnownTo(framework.IsPartitionAware, taskState), reason, message, time)));
            }
        }
    }
}
