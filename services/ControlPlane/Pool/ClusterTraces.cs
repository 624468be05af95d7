using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Operators.Sdk.Evaluation;
using DataPlatform.Operators.Sdk.Scheduling;

namespace DataPlatform.Services.ControlPlane.Pool;

/// <summary>What a master has of clusters, whether or not anybody knows them any more: their frameworks, and what is reserved for their pods.</summary>
public sealed record ClusterTraces(IReadOnlyList<ClusterFramework> Frameworks, IReadOnlyList<ClusterReservation> Reservations)
{
    /// <param name="principal">Whose frameworks and reservations are meant; null for those without one.</param>
    public static ClusterTraces From(OperatorResponse.Types.GetFrameworks frameworks, OperatorResponse.Types.GetAgents agents, string? principal) => new(
        [
            .. frameworks.Frameworks.Select(framework => framework.FrameworkInfo)
                .Where(info => (info.HasPrincipal ? info.Principal : null) == principal && FrameworkInfos.ClusterOf(info) is not null)
                .Select(info => new ClusterFramework(FrameworkInfos.ClusterOf(info)!, info.Id, info.Name)),
        ],
        [
            .. agents.Agents.SelectMany(agent => agent.TotalResources.Select(resource => (resource, Reservation: PodReservation.Of(resource) ?? PodReservation.OfVolume(resource)?.Reservation))
                .Where(pair => pair.Reservation is not null && pair.Reservation.Principal == principal)
                .GroupBy(pair => pair.Reservation!.ClusterId, pair => pair.resource)
                .Select(group => new ClusterReservation(group.Key, agent.AgentInfo.Id, [.. group.Where(resource => resource.Disk is null)], [.. group.Where(resource => resource.Disk is not null)]))),
        ]);
}

public sealed record ClusterFramework(string ClusterId, FrameworkID Id, string Name);

/// <summary>All that is reserved for one cluster on one agent.</summary>
/// <param name="Resources">Without volumes.</param>
public sealed record ClusterReservation(string ClusterId, AgentID AgentId, IReadOnlyList<Resource> Resources, IReadOnlyList<Resource> Volumes);
