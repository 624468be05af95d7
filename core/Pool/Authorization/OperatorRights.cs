using DataPlatform.Core.Protocol.Mesos;
using CallType = DataPlatform.Core.Protocol.Mesos.OperatorCall.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>
/// Which right an operator's call needs on something at least. Who has it on nothing is refused whatever the call names; what it
/// names is asked for where the call is decided.
/// </summary>
public static class OperatorRights
{
    /// <summary>Why the caller may make no call of this type, or null.</summary>
    public static string? WhyNot(AccessRules rules, Caller caller, CallType call) => call switch
    {
        CallType.GetFlags => rules.WhyNot(caller, AccessAction.ViewFlags, subject: null),
        CallType.GetMetrics => rules.WhyNot(caller, AccessAction.GetEndpoints, Metrics),
        _ => Action(call) is { } action ? rules.WhyNotAny(caller, action) : null,
    };

    /// <summary>The path that stands for all metrics, also those read by a call.</summary>
    public const string Metrics = "/metrics/snapshot";

    /// <summary>Reads that are filtered need none.</summary>
    private static AccessAction? Action(CallType call) => call switch
    {
        CallType.SetLoggingLevel => AccessAction.SetLogLevel,
        CallType.ReserveResources => AccessAction.ReserveResources,
        CallType.UnreserveResources => AccessAction.UnreserveResources,
        CallType.CreateVolumes => AccessAction.CreateVolumes,
        CallType.DestroyVolumes => AccessAction.DestroyVolumes,
        CallType.GrowVolume or CallType.ShrinkVolume => AccessAction.ResizeVolumes,
        CallType.UpdateWeights => AccessAction.UpdateWeights,
        CallType.UpdateQuota or CallType.SetQuota or CallType.RemoveQuota => AccessAction.UpdateQuotas,
        CallType.Teardown => AccessAction.TearDownFrameworks,
        CallType.MarkAgentGone => AccessAction.MarkAgentsGone,
        CallType.DrainAgent => AccessAction.DrainAgents,
        CallType.DeactivateAgent => AccessAction.DeactivateAgents,
        CallType.ReactivateAgent => AccessAction.ReactivateAgents,
        CallType.GetMaintenanceSchedule => AccessAction.GetMaintenanceSchedules,
        CallType.GetMaintenanceStatus => AccessAction.GetMaintenanceStatuses,
        CallType.UpdateMaintenanceSchedule => AccessAction.UpdateMaintenanceSchedules,
        CallType.StartMaintenance => AccessAction.StartMaintenances,
        CallType.StopMaintenance => AccessAction.StopMaintenances,
        _ => null,
    };
}
