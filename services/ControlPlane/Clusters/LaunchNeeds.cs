using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Blueprints;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Clusters;

/// <summary>Whether a cluster that is launched on its own can need others. Pure.</summary>
/// <param name="living">All clusters.</param>
public sealed class LaunchNeeds(IReadOnlyList<DesiredCluster> living, IReadOnlyList<IClusterOperator> operators)
{
    /// <param name="name">Of the cluster that is launched.</param>
    /// <param name="connected">Names of clusters that its options name.</param>
    public IReadOnlyList<FieldProblem> Problems(string name, IReadOnlyList<string> needs, IReadOnlyList<string> connected)
    {
        var problems = new List<FieldProblem>();
        var exports = new NeededExports();
        for (var place = 0; place < needs.Count; place++)
        {
            var field = $"needs[{place}]";
            if (Find(needs[place]) is not { } cluster || cluster.Name == name)
            {
                problems.Add(new FieldProblem(field, $"there is no cluster {Shown(needs[place])} beside it", Allowed(name)));
                continue;
            }

            problems.AddRange(exports.Add(cluster.Name, cluster.Package, Exports(cluster), () => Allowed(name)).Select(problem => new FieldProblem(field, problem.Message, problem.Allowed)));
        }

        if (problems.Count == 0 && needs.Count > 0 && Cycle(name, [.. needs.Union(connected)]) is { } cycle)
            problems.Add(new FieldProblem("needs", $"clusters need each other for ever: {string.Join(" needs ", cycle)}", "clusters that do not need this one"));
        return problems;
    }

    /// <summary>Names of clusters that can be needed.</summary>
    public IReadOnlyList<string> Needable => [.. living.Where(cluster => cluster.DeleteRequestedAt is null && Exports(cluster).Count > 0).Select(cluster => cluster.Name)];

    private DesiredCluster? Find(string name) => living.FirstOrDefault(cluster => cluster.Name == name && cluster.DeleteRequestedAt is null);

    private IReadOnlyList<string> Exports(DesiredCluster cluster) =>
        Operator(cluster) is { } engine ? engine.Exports(engine.OptionsOf(cluster)) : [];

    private IClusterOperator? Operator(DesiredCluster cluster) => operators.FirstOrDefault(engine => engine.Name == cluster.Package);

    /// <summary>Clusters may name by their options one that is not there yet.</summary>
    private IReadOnlyList<string>? Cycle(string name, IReadOnlyList<string> connected)
    {
        var needs = living.Where(cluster => cluster.DeleteRequestedAt is null && cluster.Name != name)
            .ToDictionary(cluster => cluster.Name, cluster => Operator(cluster)?.Connected(cluster.Options, cluster.Needs) ?? cluster.Needs, StringComparer.Ordinal);
        needs[name] = connected;
        return ReadyOrder.Cycle(needs.ToDictionary(each => each.Key, each => (IReadOnlyCollection<string>)[.. each.Value.Where(needs.ContainsKey)]));
    }

    private string Allowed(string name) => Needable.Where(other => other != name).ToList() is { Count: > 0 } names ? string.Join(", ", names) : "none: no cluster is there that could be needed";

    private static string Shown(string name) => ClusterName.IsValid(name) ? name : "of this name";
}
