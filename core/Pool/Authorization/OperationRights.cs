using DataPlatform.Core.Protocol.Mesos;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>Which right an operation on resources needs: by the role that it is done for, or by who did what it takes back.</summary>
internal static class OperationRights
{
    /// <summary>Why the operation is not allowed, or null. What it says of resources need not make sense yet.</summary>
    public static string? WhyNot(AccessRules rules, Caller caller, Offer.Types.Operation operation) => operation.Type switch
    {
        OperationType.Reserve => Each(rules, caller, AccessAction.ReserveResources, operation.Reserve?.Resources, RoleOf),
        OperationType.Unreserve => Each(rules, caller, AccessAction.UnreserveResources, operation.Unreserve?.Resources, ReserverOf),
        OperationType.Create => Each(rules, caller, AccessAction.CreateVolumes, operation.Create?.Volumes, RoleOf),
        OperationType.Destroy => Each(rules, caller, AccessAction.DestroyVolumes, operation.Destroy?.Volumes, CreatorOf),
        OperationType.GrowVolume when operation.GrowVolume is { } grow =>
            Each(rules, caller, AccessAction.ResizeVolumes, [grow.Volume], RoleOf),
        OperationType.ShrinkVolume when operation.ShrinkVolume is { } shrink =>
            Each(rules, caller, AccessAction.ResizeVolumes, [shrink.Volume], RoleOf),
        _ => null,
    };

    private static string? Each(
        AccessRules rules, Caller caller, AccessAction action, IEnumerable<Resource>? resources, Func<Resource, string?> subject) =>
        resources?.Select(resource => rules.WhyNot(caller, action, subject(resource))).FirstOrDefault(why => why is not null);

    private static string RoleOf(Resource resource) => resource.Reservations.Count > 0 ? resource.Reservations[^1].Role : resource.Role;

    private static string? ReserverOf(Resource resource) => resource.Reservations.Count > 0
        ? resource.Reservations[^1].HasPrincipal ? resource.Reservations[^1].Principal : null
        : resource.Reservation?.HasPrincipal == true ? resource.Reservation.Principal : null;

    private static string? CreatorOf(Resource resource) =>
        resource.Disk?.Persistence?.HasPrincipal == true ? resource.Disk.Persistence.Principal : null;
}
