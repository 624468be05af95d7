using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>Operations on resources. This master carries none out yet and says so for each.</summary>
internal static class Operations
{
    public static void Refuse(Decision decision, PooledFramework framework, Offer.Types.Operation operation, AgentID? agent, string message)
    {
        var status = new OperationStatus { State = OperationState.OperationError, Message = message };
        if (operation.Id is not null)
            status.OperationId = operation.Id;
        if (agent is not null)
            status.AgentId = agent;
        decision.Tell(framework, Update(status));
    }

    public static void Reconcile(
        Decision decision, PooledFramework framework, SchedulerCall.Types.ReconcileOperations reconcile)
    {
        foreach (var asked in reconcile.Operations)
        {
            var status = new OperationStatus
            {
                OperationId = asked.OperationId,
                State = OperationState.OperationUnknown,
                Message = "Reconciliation: the operation is unknown to the master",
            };
            if (asked.AgentId is not null)
                status.AgentId = asked.AgentId;
            decision.Tell(framework, Update(status));
        }
    }

    private static SchedulerEvent Update(OperationStatus status) => new()
    {
        Type = SchedulerEvent.Types.Type.UpdateOperationStatus,
        UpdateOperationStatus = new SchedulerEvent.Types.UpdateOperationStatus { Status = status },
    };
}
