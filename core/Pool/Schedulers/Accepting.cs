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
            .OfType<Offer>().Where(offer => offer.FrameworkId.Value == framework.Id).ToList();
        foreach (var offer in known)
            decision.Happened(new PoolEvent.OfferEnded(offer.Id.Value));

        if (WhyNotOffers(state, framework, accept, known) is { } why)
        {
            RefuseAll(decision, framework, accept, TaskState.TaskDropped, Reason.InvalidOffers, why, now);
            return;
        }

        var agent = state.Agents[known[0].AgentId.Value];
        if (!agent.IsConnected)
        {
            RefuseAll(decision, framework, accept, TaskState.TaskDropped, Reason.AgentDisconnected,
                "The agent of the offer is not connected now", now);
            return;
        }

        var available = known.Aggregate(ResourceBag.Empty, (sum, offer) => sum.Add(Amounts.Of(offer.Resources)));
        var launch = new Launching(state, decision, framework, agent, known[0].AllocationInfo.Role, available, now);
        foreach (var operation in accept.Operations)
            Carry(decision, framework, agent, launch, operation, now);

        var rest = launch.Available.AllocatedTo(known[0].AllocationInfo.Role);
        Declining.Refuse(state, decision, framework, known[0], [.. rest.ToMessages()], accept.Filters, now);
    }

    private static string? WhyNotOffers(
        PoolState state, PooledFramework framework, SchedulerCall.Types.Accept accept, List<Offer> known)
    {
        if (accept.OfferIds.Count == 0)
            return "No offer is named in accept.offer_ids";
        var seen = new HashSet<string>();
        foreach (var id in accept.OfferIds)
        {
            if (!seen.Add(id.Value))
                return $"Offer {Names.Printable(id.Value)} is named twice";
            if (!state.Offers.TryGetValue(id.Value, out var offer) || offer.FrameworkId.Value != framework.Id)
                return $"Offer {Names.Printable(id.Value)} is no longer valid: it was used, declined, rescinded or never made to this framework";
        }

        if (known.Select(offer => offer.AgentId.Value).Distinct().Count() > 1)
            return "The offers are of different agents; a call may combine offers of one agent only";
        return known.Select(offer => offer.AllocationInfo.Role).Distinct().Count() > 1
            ? "The offers are for different roles; a call may combine offers for one role only"
            : null;
    }

    private static void Carry(
        Decision decision, PooledFramework framework, PooledAgent agent, Launching launch, Offer.Types.Operation operation,
        DateTimeOffset now)
    {
        var agentId = new AgentID { Value = agent.Id };
        switch (operation.Type)
        {
            case OperationType.Launch when operation.Launch is { } body:
                foreach (var task in body.TaskInfos)
                    launch.Launch(task);
                break;
            case OperationType.LaunchGroup when operation.LaunchGroup is { } group:
                foreach (var task in group.TaskGroup.Tasks)
                {
                    decision.Tell(framework, StatusReports.Update(StatusReports.FromMaster(
                        task.TaskId, task.AgentId, TaskState.TaskError, Reason.TaskGroupInvalid,
                        "LAUNCH_GROUP is not supported by this master; launch each task with LAUNCH", now)));
                }

                break;
            case OperationType.Launch or OperationType.LaunchGroup or OperationType.Unknown:
                Operations.Refuse(decision, framework, operation, agentId,
                    $"The operation of type {WireName(operation.Type)} does not carry what its type names");
                break;
            default:
                Operations.Refuse(decision, framework, operation, agentId,
                    $"{WireName(operation.Type)} is not supported by this master; LAUNCH is");
                break;
        }
    }

    private static void RefuseAll(
        Decision decision, PooledFramework framework, SchedulerCall.Types.Accept accept, TaskState taskState, Reason reason,
        string message, DateTimeOffset now)
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
                Operations.Refuse(decision, framework, operation, agent: null, message);
                continue;
            }

            foreach (var task in tasks)
            {
                decision.Tell(framework, StatusReports.Update(StatusReports.FromMaster(
                    task.TaskId, task.AgentId, TaskStates.AsKnownTo(framework.IsPartitionAware, taskState), reason, message, now)));
            }
        }
    }

    private static string WireName(OperationType type) => type switch
    {
        OperationType.GrowVolume => "GROW_VOLUME",
        OperationType.ShrinkVolume => "SHRINK_VOLUME",
        OperationType.CreateDisk => "CREATE_DISK",
        OperationType.DestroyDisk => "DESTROY_DISK",
        OperationType.LaunchGroup => "LAUNCH_GROUP",
        _ => type.ToString().ToUpperInvariant(),
    };
}
