using DataPlatform.Core.Protocol.Mesos;
using CallType = DataPlatform.Core.Protocol.Mesos.SchedulerCall.Types.Type;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>
/// The most that one scheduler call may carry. Each is far beyond what a scheduler needs that means well, and keeps the work of a
/// call in proportion to what it asks for.
/// </summary>
public sealed record CallLimits
{
    /// <summary>Roles of one framework, and roles named in one call.</summary>
    public int Roles { get; init; } = 1_000;

    public int Capabilities { get; init; } = 100;

    /// <summary>Of a framework, and of each task.</summary>
    public int Labels { get; init; } = 1_000;

    /// <summary>Offers named in one call.</summary>
    public int Offers { get; init; } = 100_000;

    /// <summary>Operations of one ACCEPT.</summary>
    public int Operations { get; init; } = 1_000;

    /// <summary>Tasks that one ACCEPT launches.</summary>
    public int Tasks { get; init; } = 10_000;

    /// <summary>Tasks or operations that one call asks the state of.</summary>
    public int Reconciled { get; init; } = 100_000;

    /// <summary>Status updates of one call of an agent.</summary>
    public int AgentUpdates { get; init; } = 256;

    /// <summary>Bytes of one TaskInfo, and of a FrameworkInfo, on the wire as protobuf.</summary>
    public int InfoBytes { get; init; } = 1024 * 1024;

    /// <summary>Why the call is too large, or null. Looks at sizes alone, and at no list beyond its limit.</summary>
    public string? WhyNot(SchedulerCall call) => call.Type switch
    {
        CallType.Subscribe => WhyNotFramework(call.Subscribe.FrameworkInfo, call.Subscribe.SuppressedRoles.Count, "subscribe"),
        CallType.UpdateFramework => WhyNotFramework(
            call.UpdateFramework.FrameworkInfo, call.UpdateFramework.SuppressedRoles.Count, "update_framework"),
        CallType.Accept => WhyNotAccept(call.Accept),
        CallType.Decline => Most("decline.offer_ids", call.Decline.OfferIds.Count, Offers),
        CallType.AcceptInverseOffers => Most("accept_inverse_offers.inverse_offer_ids", call.AcceptInverseOffers.InverseOfferIds.Count, Offers),
        CallType.DeclineInverseOffers => Most("decline_inverse_offers.inverse_offer_ids", call.DeclineInverseOffers.InverseOfferIds.Count, Offers),
        CallType.Revive => Most("revive.roles", call.Revive?.Roles.Count ?? 0, Roles),
        CallType.Suppress => Most("suppress.roles", call.Suppress?.Roles.Count ?? 0, Roles),
        CallType.Reconcile => Most("reconcile.tasks", call.Reconcile.Tasks.Count, Reconciled),
        CallType.ReconcileOperations => Most("reconcile_operations.operations", call.ReconcileOperations.Operations.Count, Reconciled),
        CallType.Request => Most("request.requests", call.Request.Requests.Count, Operations),
        _ => null,
    };

    private string? WhyNotFramework(FrameworkInfo info, int suppressed, string call) =>
        Most($"{call}.framework_info.roles", info.Roles.Count, Roles)
        ?? Most($"{call}.suppressed_roles", suppressed, Roles)
        ?? Most($"{call}.framework_info.capabilities", info.Capabilities.Count, Capabilities)
        ?? Most($"{call}.framework_info.labels", info.Labels?.Labels_.Count ?? 0, Labels)
        ?? MostBytes($"{call}.framework_info", info.CalculateSize());

    private string? WhyNotAccept(SchedulerCall.Types.Accept accept)
    {
        if ((Most("accept.offer_ids", accept.OfferIds.Count, Offers) ?? Most("accept.operations", accept.Operations.Count, Operations)) is { } why)
            return why;
        var tasks = 0;
        foreach (var operation in accept.Operations)
        {
            var launched = operation.Type switch
            {
                OperationType.Launch => operation.Launch?.TaskInfos,
                OperationType.LaunchGroup => operation.LaunchGroup?.TaskGroup.Tasks,
                _ => null,
            };
            tasks += launched?.Count ?? 0;
            if (Most("the tasks of accept.operations", tasks, Tasks) is { } tooMany)
                return tooMany;
            foreach (var task in launched ?? [])
            {
                var name = $"task {Names.Printable(task.TaskId.Value)}";
                if ((MostBytes(name, task.CalculateSize()) ?? Most($"labels of {name}", task.Labels?.Labels_.Count ?? 0, Labels)) is { } tooLarge)
                    return tooLarge;
            }
        }

        return null;
    }

    private static string? Most(string what, int count, int limit) =>
        count <= limit ? null : $"{what}: there are {count}; at most {limit} are allowed";

    private string? MostBytes(string what, int size) =>
        size <= InfoBytes ? null : $"{what} has {size} bytes; at most {InfoBytes} are allowed";
}
