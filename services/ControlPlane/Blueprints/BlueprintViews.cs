using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Blueprints;

/// <summary>What people see of blueprints: what was asked for joined with how its clusters are. Nothing of it is stored.</summary>
public sealed class BlueprintViews(BlueprintStore blueprints, ClusterViews clusters)
{
    public IReadOnlyList<BlueprintSummary> List()
    {
        var living = clusters.List();
        return [.. blueprints.All().Select(blueprint => Join(blueprint, living).Summary)];
    }

    public BlueprintDetail? Find(string name) => blueprints.Find(name) is { } blueprint ? Join(blueprint, clusters.List()) : null;

    public static Problem Unknown(string name) =>
        new("No such blueprint", 404, $"There is no blueprint named '{(ClusterName.IsValid(name) ? name : "(a name that can't be)")}' whose clusters live.", null);

    private static BlueprintDetail Join(StoredBlueprint blueprint, IReadOnlyList<ClusterSummary> living)
    {
        var own = living.Where(cluster => cluster.Blueprint == blueprint.Name).ToList();
        var members = blueprint.Members.Select(member => new BlueprintClusterView(member.Name, member.Package, member.Needs, own.Find(cluster => cluster.Name == member.Name)))
            // What the file does not name any more is there until it is gone.
            .Concat(own.Where(cluster => blueprint.Members.All(member => member.Name != cluster.Name)).Select(cluster => new BlueprintClusterView(cluster.Name, cluster.Package, [], cluster))).ToList();
        var (state, reason) = State(members);
        return new BlueprintDetail(
            new BlueprintSummary(
                blueprint.Name, blueprint.Title, blueprint.Owner, state, reason, members.Count(member => member.Cluster?.State == ClusterState.Ready), members.Count, blueprint.CreatedAt, blueprint.ChangedAt),
            members, blueprint.Content);
    }

    /// <summary>As the worst of its clusters. Pure.</summary>
    internal static (ClusterState State, string? Reason) State(IReadOnlyList<BlueprintClusterView> members)
    {
        var present = members.Where(member => member.Cluster is not null).ToList();
        if (present.TrueForAll(member => member.Cluster!.State == ClusterState.Deleting)) return (ClusterState.Deleting, null);
        foreach (var state in (ClusterState[])[ClusterState.Failed, ClusterState.Degraded, ClusterState.Starting, ClusterState.Pending, ClusterState.Deleting, ClusterState.Parking, ClusterState.Parked])
            if (present.Find(member => member.Cluster!.State == state) is { Cluster: { } cluster })
                return (state is ClusterState.Deleting ? ClusterState.Degraded : state, $"{cluster.Name}: {cluster.Reason ?? cluster.State.ToString().ToLowerInvariant()}");
        return members.FirstOrDefault(member => member.Cluster is null) is { } gone ? (ClusterState.Degraded, $"{gone.Name} is not there") : (ClusterState.Ready, null);
    }
}
