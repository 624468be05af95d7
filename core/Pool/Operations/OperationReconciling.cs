using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>RECONCILE_OPERATIONS: what the master knows of operations; of all of the framework's when none is named.</summary>
internal static class OperationReconciling
{
    public static void Decide(
        PoolState state, Decision decision, PooledFramework framework, SchedulerCall.Types.ReconcileOperations reconcile)
    {
        var own = state.Operations.Values.Where(operation => operation.FrameworkId == framework.Id && operation.Info.Id is not null)
            .ToDictionary(operation => operation.Info.Id.Value);
        if (reconcile.Operations.Count == 0)
        {
            foreach (var operation in own.Values.OrderBy(operation => operation.Info.Id.Value, StringComparer.Ordinal))
                Tell(state, decision, framework, operation);
            return;
        }

        foreach (var asked in reconcile.Operations)
        {
            if (own.TryGetValue(asked.OperationId.Value, out var operation))
                Tell(state, decision, framework, operation);
            else
                decision.Tell(framework, OperationReports.Update(Unknown(state, asked)));
        }
    }

    private static void Tell(PoolState state, Decision decision, PooledFramework framework, PooledOperation operation)
    {
        var status = OperationReports.Latest(operation);
        if (operation.IsPending)
            status.State = AgentState(state, operation.AgentId) ?? status.State;
        decision.Tell(framework, OperationReports.Update(status));
    }

    private static OperationStatus Unknown(PoolState state, SchedulerCall.Types.ReconcileOperations.Types.Operation asked)
    {
        var status = new OperationStatus
        {
            OperationId = asked.OperationId,
            State = (asked.AgentId is { } agent ? AgentState(state, agent.Value) : null) ?? OperationState.OperationUnknown,
            Message = "Reconciliation: the operation is unknown to the master, or its end was acknowledged",
        };
        if (asked.AgentId is not null)
            status.AgentId = asked.AgentId;
        return status;
    }

    /// <summary>What holds of all operations of an agent that is not here; null for one that is, or that nobody knows.</summary>
    private static OperationState? AgentState(PoolState state, string agentId) =>
        state.RecoveredAgents.ContainsKey(agentId) ? OperationState.OperationRecovering
        : state.UnreachableAgents.ContainsKey(agentId) ? OperationState.OperationUnreachable
        : state.RemovedAgents.ContainsKey(agentId) ? OperationState.OperationGoneByOperator
        : null;
}
