using DataPlatform.Core.Protocol.Mesos;
using CallType = DataPlatform.Core.Protocol.Mesos.SchedulerCall.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>What a scheduler call must carry, whatever the state of the pool.</summary>
public static class SchedulerCalls
{
    private const int UuidBytes = 16;

    /// <summary>Why the call is none, or null.</summary>
    public static string? WhyNot(SchedulerCall call)
    {
        if (!call.HasType || call.Type == CallType.Unknown)
            return "type is missing; it says which call this is, such as SUBSCRIBE";
        if (call.Type != CallType.Subscribe && call.FrameworkId is null)
            return $"framework_id is missing; every call but SUBSCRIBE needs it, {Named(call.Type)} too";
        return call.Type switch
        {
            CallType.Subscribe => Missing(call.Subscribe, "subscribe") ?? WhyNotSubscribe(call),
            CallType.Accept => Missing(call.Accept, "accept"),
            CallType.Decline => Missing(call.Decline, "decline"),
            CallType.AcceptInverseOffers => Missing(call.AcceptInverseOffers, "accept_inverse_offers"),
            CallType.DeclineInverseOffers => Missing(call.DeclineInverseOffers, "decline_inverse_offers"),
            CallType.Kill => Missing(call.Kill, "kill"),
            CallType.Shutdown => Missing(call.Shutdown, "shutdown"),
            CallType.Acknowledge => Missing(call.Acknowledge, "acknowledge") ?? WhyNotUuid("acknowledge", call.Acknowledge.Uuid.Length),
            CallType.AcknowledgeOperationStatus => Missing(call.AcknowledgeOperationStatus, "acknowledge_operation_status")
                ?? WhyNotUuid("acknowledge_operation_status", call.AcknowledgeOperationStatus.Uuid.Length),
            CallType.Reconcile => Missing(call.Reconcile, "reconcile"),
            CallType.ReconcileOperations => Missing(call.ReconcileOperations, "reconcile_operations"),
            CallType.Message => Missing(call.Message, "message"),
            CallType.Request => Missing(call.Request, "request"),
            CallType.UpdateFramework => Missing(call.UpdateFramework, "update_framework") ?? WhyNotUpdate(call),
            CallType.Teardown or CallType.Revive or CallType.Suppress => null,
            _ => $"type {(int)call.Type} is not known to this master",
        };
    }

    private static string? Missing(object? body, string name) => body is null ? $"{name} is missing; a call of this type carries it" : null;

    private static string? WhyNotUuid(string call, int length) =>
        length == UuidBytes ? null : $"{call}.uuid has {length} bytes; a uuid has {UuidBytes}";

    private static string? WhyNotSubscribe(SchedulerCall call) =>
        call.Subscribe.FrameworkInfo.Id is { } id && id.Value != call.FrameworkId?.Value
            ? "subscribe.framework_info.id differs from framework_id; set both to the same id, or neither"
            : call.FrameworkId is { } given ? Names.WhyNotIdentifier("framework_id", given.Value) : null;

    private static string? WhyNotUpdate(SchedulerCall call) =>
        call.UpdateFramework.FrameworkInfo.Id?.Value != call.FrameworkId.Value
            ? "update_framework.framework_info.id differs from framework_id; set both to the same id"
            : null;

    private static string Named(CallType type) => type.ToString();
}
