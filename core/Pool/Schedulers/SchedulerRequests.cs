using DataPlatform.Core.Protocol.Mesos;
using CallType = DataPlatform.Core.Protocol.Mesos.SchedulerCall.Types.Type;
using Status = DataPlatform.Core.Protocol.Mesos.InverseOfferStatus.Types.Status;

namespace DataPlatform.Core.Pool;

/// <summary>Every scheduler call but SUBSCRIBE: who may make it, then what it does.</summary>
internal static class SchedulerRequests
{
    public static Decision Decide(PoolState state, PoolCommand.SchedulerRequest request, DateTimeOffset now)
    {
        var call = request.Call;
        if (!state.Frameworks.TryGetValue(call.FrameworkId.Value, out var framework))
            return Decision.Invalid("Framework cannot be found: it never subscribed here or has been removed");
        if (request.Caller.Principal is { } principal && framework.Info.HasPrincipal && framework.Info.Principal != principal)
            return Decision.Invalid($"The call is authenticated as '{principal}', but the framework subscribed as another principal");
        if (framework.StreamId is not { } stream)
            return Decision.Refuse(RefusalKind.Forbidden, "Framework is not subscribed; SUBSCRIBE with its id first");
        if (request.StreamId is null)
            return Decision.Invalid("The header Mesos-Stream-Id is missing; send the one that the answer to SUBSCRIBE carried");
        if (request.StreamId != stream)
            return Decision.Invalid("The header Mesos-Stream-Id names another stream than this framework's current one");

        var decision = new Decision();
        switch (call.Type)
        {
            case CallType.Teardown:
                FrameworkLife.Remove(state, decision, framework, now);
                break;
            case CallType.Accept:
                Accepting.Decide(state, decision, framework, call.Accept, now);
                break;
            case CallType.Decline:
                Declining.Decide(state, decision, framework, call.Decline, now);
                break;
            case CallType.Revive:
                Reviving.Revive(decision, framework, call.Revive?.Roles);
                break;
            case CallType.Suppress:
                Reviving.Suppress(decision, framework, call.Suppress?.Roles);
                break;
            case CallType.Kill:
                Killing.Decide(state, decision, framework, call.Kill, now);
                break;
            case CallType.Acknowledge:
                Acknowledging.Decide(state, decision, framework, call.Acknowledge);
                break;
            case CallType.Reconcile:
                return Reconciling.Decide(state, framework, call.Reconcile, now);
            case CallType.ReconcileOperations:
                OperationReconciling.Decide(state, decision, framework, call.ReconcileOperations);
                break;
            case CallType.UpdateFramework:
                return FrameworkUpdating.Decide(state, framework, call.UpdateFramework);
            case CallType.AcknowledgeOperationStatus:
                OperationLife.Acknowledged(state, decision, framework, call.AcknowledgeOperationStatus);
                break;
            case CallType.Message:
                ExecutorLife.Message(state, decision, framework, call.Message);
                break;
            case CallType.Shutdown:
                ExecutorLife.Shutdown(state, decision, framework, call.Shutdown);
                break;
            case CallType.AcceptInverseOffers:
                var accepted = call.AcceptInverseOffers;
                InverseOffering.Answer(state, decision, framework, accepted.InverseOfferIds, Status.Accept, accepted.Filters, now);
                break;
            case CallType.DeclineInverseOffers:
                var declined = call.DeclineInverseOffers;
                InverseOffering.Answer(state, decision, framework, declined.InverseOfferIds, Status.Decline, declined.Filters, now);
                break;
            // Offers already hold all there is: it says something about nothing, as it does to Mesos.
            case CallType.Request:
                break;
            default:
                return Decision.Invalid($"type {(int)call.Type} is not known to this master");
        }

        return decision;
    }
}
