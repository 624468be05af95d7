using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Blueprints;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.ControlPlane.Blueprints;

/// <summary>
/// Looks up what a blueprint names: packages, options, datasets, and which cluster each needs, by its name or as the only one of a package.
/// Pure.
/// </summary>
internal sealed class BlueprintResolution
{
    private readonly BlueprintDeclaration blueprint;
    private readonly IReadOnlyList<IClusterOperator> operators;
    private readonly List<DesiredCluster> others;
    private readonly Dictionary<string, DesiredCluster> present;
    private readonly BlueprintProblems problems;
    private readonly Dictionary<string, (IClusterOperator Engine, PackageView Package, JsonObject Options)> reachable = new(StringComparer.Ordinal);

    private BlueprintResolution(BlueprintDeclaration blueprint, string file, IReadOnlyList<IClusterOperator> operators, IReadOnlyList<DesiredCluster> living)
    {
        (this.blueprint, this.operators, problems) = (blueprint, operators, new BlueprintProblems(file));
        present = living.Where(cluster => cluster.Blueprint == blueprint.Name).ToDictionary(cluster => cluster.Name, StringComparer.Ordinal);
        // What of the blueprint is not in the file any more is on its way out.
        others = [.. living.Where(cluster => cluster.DeleteRequestedAt is null && cluster.Blueprint != blueprint.Name && blueprint.Clusters.All(declared => declared.Name.Value != cluster.Name))];
    }

    /// <param name="living">All clusters, of whatever blueprint.</param>
    /// <param name="datasets">Of the lake.</param>
    /// <param name="lifetime">Of what names none.</param>
    public static BlueprintResolving Of(
        BlueprintDeclaration blueprint, string file, IReadOnlyList<IClusterOperator> operators, IReadOnlyList<DesiredCluster> living, IReadOnlyList<string> datasets, TimeSpan lifetime) =>
        new BlueprintResolution(blueprint, file, operators, living).Resolve(file, datasets, lifetime);

    private BlueprintResolving Resolve(string file, IReadOnlyList<string> datasets, TimeSpan lifetime)
    {
        foreach (var dataset in blueprint.Datasets.Where(dataset => !datasets.Contains(dataset.Value)))
            problems.Add(dataset, "the lake has no such dataset", datasets);
        foreach (var cluster in others)
            if (Package(cluster.Package) is { } engine) reachable[cluster.Name] = (engine, engine.Package, engine.OptionsOf(cluster));
        foreach (var declared in blueprint.Clusters)
            if (Specified(declared) is { } specified) reachable[declared.Name.Value] = specified;

        var resolved = new Dictionary<string, ResolvedCluster>(StringComparer.Ordinal);
        foreach (var declared in blueprint.Clusters.Where(declared => reachable.ContainsKey(declared.Name.Value)))
        {
            var (engine, package, options) = reachable[declared.Name.Value];
            resolved[declared.Name.Value] = new ResolvedCluster(declared, engine, package, options, Needs(declared));
            Named(declared, engine.Connections(options));
        }

        Lifetimes(resolved.Values, lifetime);
        if (problems.Any) return new BlueprintResolving.Refused(problems.InOrder);
        var needs = resolved.Values.ToDictionary(
            cluster => cluster.Name, cluster => (IReadOnlyCollection<string>)[.. cluster.Connected.Where(resolved.ContainsKey)]);
        if (ReadyOrder.Cycle(needs) is { } cycle)
        {
            problems.Add(resolved[cycle[0]].Declared.Name, $"clusters need each other for ever: {string.Join(" needs ", cycle)}");
            return new BlueprintResolving.Refused(problems.InOrder);
        }

        var order = ReadyOrder.Of([.. blueprint.Clusters.Select(declared => declared.Name.Value)], needs);
        return new BlueprintResolving.Resolved(new ResolvedBlueprint(blueprint.Name, blueprint.Title, file, [.. order.Select(name => resolved[name])]));
    }

    private IClusterOperator? Package(string name) => operators.FirstOrDefault(engine => engine.Name == name);

    private (IClusterOperator, PackageView, JsonObject)? Specified(ClusterDeclaration declared)
    {
        if (Package(declared.Package.Value) is not { } engine)
        {
            problems.Add(declared.Package, $"there is no package {declared.Package.Value}", operators.Select(one => one.Name));
            return null;
        }

        if (Version(declared, engine) is not { } package) return null;
        if (package.UnavailableReason is { } reason) problems.Add(declared.Package, $"the package {engine.Name} is not available here: {reason}");
        if (declared.Lifetime is { } lifetime && !Lifetime.IsAllowed((long)lifetime.Value.TotalSeconds)) problems.Add(lifetime, "out of range", Lifetime.Allowed);
        return DeclaredOptions.Read(declared, package, problems) is { } given ? Possible(declared, engine, package, OptionsCheck.WithDefaults(package.Defaults, given)) : null;
    }

    /// <summary>What runs stays on its version when the file names none.</summary>
    private PackageView? Version(ClusterDeclaration declared, IClusterOperator engine)
    {
        var named = declared.Version ?? declared.Options.FirstOrDefault(option => option.Name.Value == ClusterVersions.Option)?.Value;
        if (named is null)
            return (present.TryGetValue(declared.Name.Value, out var there) && there.Package == engine.Name ? engine.PackageOf(engine.OptionsOf(there)) : null) ?? engine.Package;
        if (engine.PackageOf(named.Value) is { } package) return package;
        problems.Add(named, $"{engine.Name} has no such version", GivenOptions.Versions(engine.Package));
        return null;
    }

    private (IClusterOperator, PackageView, JsonObject) Possible(ClusterDeclaration declared, IClusterOperator engine, PackageView package, JsonObject options)
    {
        if (engine.Problem(options) is { } wrong) problems.Add(DeclaredOptions.At(declared, wrong.Field), wrong.Message, wrong.Allowed);
        return (engine, package, options);
    }

    private List<string> Needs(ClusterDeclaration declared)
    {
        var needs = new List<string>();
        var exports = new NeededExports();
        foreach (var need in declared.Needs)
        {
            if (Needed(declared, need) is not { } name || needs.Contains(name)) continue;
            var (engine, _, options) = reachable[name];
            foreach (var (message, allowed) in exports.Add(name, engine.Name, engine.Exports(options), () => BlueprintProblems.Listed(operators.Where(one => one.Exports(one.Defaults).Count > 0).Select(one => one.Name))))
                problems.Add(need, message, allowed);
            needs.Add(name);
        }

        return needs;
    }

    private string? Needed(ClusterDeclaration declared, Marked<ClusterNeed> need)
    {
        var self = declared.Name.Value;
        switch (need.Value)
        {
            case ClusterNeed.ByName(var name):
                if (name == self) problems.Add(need, "a cluster can't need itself");
                else if (reachable.ContainsKey(name)) return name;
                // What is declared and not known was refused where it stands.
                else if (blueprint.Clusters.All(other => other.Name.Value != name)) problems.Add(need, $"there is no cluster {name}, in this file or beside it", Names(self));
                return null;
            case ClusterNeed.ByPackage(var package):
                if (Package(package) is null)
                {
                    problems.Add(need, $"there is no package {package}", operators.Select(engine => engine.Name));
                    return null;
                }

                var own = blueprint.Clusters.Where(other => other.Name.Value != self && other.Package.Value == package).Select(other => other.Name.Value).ToList();
                var found = own.Count > 0 ? own : [.. others.Where(other => other.Package == package).Select(other => other.Name)];
                if (found.Count == 0) problems.Add(need, $"there is no cluster of {package}, in this file or beside it", Names(self));
                else if (found.Count > 1) problems.Add(need, $"there are several clusters of {package}", "one of them by name: " + string.Join(", ", found));
                else if (reachable.ContainsKey(found[0])) return found[0];
                return null;
            default:
                throw new InvalidOperationException(need.Value.ToString());
        }
    }

    private IEnumerable<string> Names(string self) => blueprint.Clusters.Select(other => other.Name.Value).Concat(others.Select(other => other.Name)).Where(name => name != self);

    /// <summary>Options that name a cluster must name one that is there.</summary>
    private void Named(ClusterDeclaration declared, IReadOnlyList<string> named)
    {
        foreach (var name in named.Where(name => name == declared.Name.Value || Names(declared.Name.Value).All(other => other != name)))
        {
            var at = declared.Options.FirstOrDefault(option => option.Value.Value == name)?.Value ?? declared.Name;
            problems.Add(at, $"there is no cluster {(ClusterName.IsValid(name) ? name : "of this name")}, in this file or beside it", Names(declared.Name.Value));
        }
    }

    private void Lifetimes(IEnumerable<ResolvedCluster> clusters, TimeSpan standard)
    {
        var lifetimes = clusters.ToDictionary(cluster => cluster.Name, cluster => cluster.Declared.Lifetime?.Value ?? standard);
        foreach (var cluster in clusters)
            foreach (var name in cluster.Needs.Where(name => lifetimes.TryGetValue(name, out var needed) && needed < lifetimes[cluster.Name]))
            {
                if (clusters.First(other => other.Name == name).Declared.Lifetime is { } shorter) problems.Add(shorter, $"{name} would end before {cluster.Name}, which needs it", "at least as long");
                else problems.Add(cluster.Declared.Lifetime!, $"{name} would end before {cluster.Name}, which needs it", "at most as long");
            }
    }
}
