using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Blueprints;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Blueprints;

/// <summary>Writes what there is as the blueprint that would bring it up. Pure.</summary>
internal static class BlueprintExport
{
    public static BlueprintOutcome Of(BlueprintExportRequest request, IReadOnlyList<DesiredCluster> living, IReadOnlyList<StoredBlueprint> blueprints, IReadOnlyList<IClusterOperator> operators)
    {
        var there = living.Where(cluster => cluster.DeleteRequestedAt is null).ToList();
        var blueprint = request.Of is [var only] && there.All(cluster => cluster.Name != only) ? blueprints.FirstOrDefault(one => one.Name == only) : null;
        var chosen = blueprint is not null ? [.. there.Where(cluster => cluster.Blueprint == blueprint.Name)] : request.Of.Select(name => there.Find(cluster => cluster.Name == name)).ToList();
        var known = string.Join(", ", there.Select(cluster => cluster.Name).Concat(blueprints.Select(one => one.Name)));
        if (chosen.Count == 0 || chosen.Contains(null))
            return Invalid(new FieldProblem("of", "names what is not there", known.Length > 0 ? $"a blueprint, or clusters: {known}" : "none: there is nothing yet"));
        if ((request.Name ?? blueprint?.Name) is not { } name || !ClusterName.IsValid(name)) return Invalid(new FieldProblem("name", "is needed for what is to be a blueprint", ClusterName.Allowed));

        var clusters = chosen.OfType<DesiredCluster>().DistinctBy(cluster => cluster.Name).ToDictionary(cluster => cluster.Name, StringComparer.Ordinal);
        var needs = clusters.Values.ToDictionary(cluster => cluster.Name, cluster => (IReadOnlyCollection<string>)[.. cluster.Needs.Where(clusters.ContainsKey)]);
        var order = ReadyOrder.Of([.. clusters.Keys], needs);
        return new BlueprintOutcome.Exported(new BlueprintDocument(name, BlueprintWriter.Write(name, blueprint?.Title ?? name, [.. order.Select(one => Written(clusters[one], operators))])));
    }

    private static WrittenCluster Written(DesiredCluster cluster, IReadOnlyList<IClusterOperator> operators)
    {
        var defaults = ClusterViews.Texts(operators.FirstOrDefault(engine => engine.Name == cluster.Package)?.Defaults ?? []);
        var options = new JsonObject(cluster.Options.Where(option => defaults.GetValueOrDefault(option.Key) != (option.Value?.ToString() ?? "")).Select(option => KeyValuePair.Create(option.Key, option.Value?.DeepClone())));
        return new WrittenCluster(cluster.Name, cluster.Package, cluster.ExpiresAt - cluster.CreatedAt, cluster.Needs, options);
    }

    private static BlueprintOutcome.Refused Invalid(FieldProblem error) => new(Outcome.Invalid([error]).Problem);
}
