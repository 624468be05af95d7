using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>A package that is data alone, as one declaration says it.</summary>
/// <param name="folder">Where the declaration's files lie.</param>
public sealed class DeclaredPackage(PackageDeclaration declaration, string folder) : ServicePackage
{
    public const string VersionOption = "version";

    private readonly PackageDescription description = DeclaredDescription.Of(declaration, [.. declaration.Versions.Select(version => version.Version)]);

    public override string Name => declaration.Name;

    public override string Folder => folder;

    public override PackageDescription Description => description;

    public PackageDeclaration Declaration => declaration;

    /// <summary>What a cluster gets that names none.</summary>
    public string Version => declaration.Versions[0].Version;

    public override IReadOnlyList<string> Versions => [.. declaration.Versions.Select(version => version.Version)];

    /// <summary>One for each version, all in the same folder.</summary>
    public IEnumerable<DeclaredPackage> Editions => declaration.Versions.Select(version => new DeclaredPackage(declaration with { Versions = [version] }, folder));

    public override ArtifactNeeds Needs(JsonObject options)
    {
        var artifacts = Chosen(options).Artifacts;
        return new ArtifactNeeds(Name, Path.Combine(folder, artifacts.Folder), artifacts.Maven is not null, artifacts.Python is not null);
    }

    public override ServiceSpecification Specify(ClusterSettings settings)
    {
        var counts = declaration.Pods.ToDictionary(pod => pod.Type, pod => (int)pod.Count.Of(settings.Options));
        var shapes = declaration.Pods.ToDictionary(pod => pod.Type, pod => Shape(pod, counts[pod.Type]));
        var version = Chosen(settings.Options);
        return new ServiceSpecification(
            [.. declaration.Pods.Select(pod => shapes[pod.Type] with { Tasks = [.. pod.Tasks.Select(task => new DeclaredTask(declaration, version, pod, task, settings, shapes).Specify())] })],
            // Which pod waits for which is said by the commands themselves.
            new PlanSpecification(Strategy.Parallel, [.. declaration.Pods.Select(pod => new PhaseSpecification(pod.Type, pod.Type, pod.OneByOne ? Strategy.Serial : Strategy.Parallel))]))
        {
            Version = version.Version,
            Facts = [.. declaration.Facts.SelectMany(each => each.Facts)],
            Operations = [.. declaration.Operations.Select(operation => new OperationSpecification(operation.Name, operation.Kind, wanted => Pod(operation, wanted, version, settings, shapes)))],
        };
    }

    private PodSpecification Pod(OperationDeclaration operation, WantedOperation wanted, VersionDeclaration version, ClusterSettings settings, IReadOnlyDictionary<string, PodSpecification> shapes)
    {
        var task = new DeclaredTask(declaration, version, operation.Pod, operation.Pod.Tasks[0], settings, shapes, wanted).Specify();
        return new PodSpecification(operation.Name, 1, [task with { EndsWithin = operation.EndsWithin }]) { IsOperation = true, Placement = [.. operation.Pod.Placement.Select(Rule)] };
    }

    public override IReadOnlyList<EndpointView> Endpoints(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks)
    {
        var values = Values(settings, tasks);
        var endpoints = new List<EndpointView>();
        foreach (var endpoint in declaration.Endpoints)
        {
            if (values.Instances(endpoint.Pod) is not [var first, ..])
                continue;
            var path = endpoint.Path.Render(endpoint.Name, values.Client()) is { Length: > 0 } text ? WebPath.Of(text) : "";
            var url = $"{endpoint.Scheme}://{first.Host}:{first.Ports[endpoint.Port]}{path}";
            endpoints.Add(new EndpointView(endpoint.Name, endpoint.Title, url, endpoint.IsPage ? settings.PagePath(endpoint.Name) + "/" : null, endpoint.Landing));
        }

        return endpoints;
    }

    public override IReadOnlyList<SnippetView> Snippets(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks)
    {
        var values = Values(settings, tasks);
        return
        [
            .. declaration.Snippets.Where(snippet => values.Has(snippet.Text.Peers))
                .Select(snippet => new SnippetView(snippet.Title, snippet.Language, snippet.Text.Render(snippet.Title, values.Client()).TrimEnd('\n'))),
        ];
    }

    public override IReadOnlyDictionary<string, string> Exports(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks)
    {
        var values = Values(settings, tasks);
        return declaration.Exports.Where(export => values.Has(export.Value.Peers)).ToDictionary(export => export.Key, export => export.Value.Render(export.Key, values.Client()));
    }

    /// <summary>A pod that was placed before its package had the port is not measured before it is placed anew.</summary>
    public override IReadOnlyList<MeasuredPod> Measured(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks)
    {
        if (declaration.Metrics is not { } metrics)
            return [];
        var values = Values(settings, tasks);
        var path = WebPath.Of(metrics.Path.Render("metrics", values.Client()));
        return
        [
            .. values.Instances(metrics.Pod).Where(instance => instance.Ports.ContainsKey(metrics.Port))
                .Select(instance => new MeasuredPod(instance.Name, instance.Host, instance.Ports[metrics.Port], path)),
        ];
    }

    private TemplateValues Values(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks)
    {
        var shapes = declaration.Pods.ToDictionary(pod => pod.Type, pod => Shape(pod, (int)pod.Count.Of(settings.Options)));
        return new TemplateValues(declaration, Chosen(settings.Options), settings, shapes, name => tasks.GetValueOrDefault(name));
    }

    private VersionDeclaration Chosen(JsonObject options) =>
        declaration.Versions.FirstOrDefault(version => version.Version == (options[VersionOption] as JsonValue)?.ToString()) ?? declaration.Versions[0];

    /// <summary>The pod with the names of its tasks, without what they run.</summary>
    private static PodSpecification Shape(PodDeclaration pod, int count) => new(
        pod.Type, count, [.. pod.Tasks.Select(task => new TaskSpecification(task.Name, TaskResources.None, task.Ports, _ => throw new NotSupportedException(), _ => new ReadinessCheck.Running()))])
    {
        SingleNamed = pod.IsSingle,
        Placement = [.. pod.Placement.Select(Rule)], Rules = pod.Rules, KnowsItsOwn = pod.WaitsFor.ContainsKey(pod.Type),
    };

    private static PlacementRule Rule(PlacementDeclaration placement) => placement switch
    {
        PlacementDeclaration.AtMostOnHost(var count) => PlacementRule.AtMostOnOneHost(count),
        PlacementDeclaration.AtMostInZone(var count) => PlacementRule.AtMostInOneZone(count),
        PlacementDeclaration.AwayFrom(var pod) => PlacementRule.AwayFrom(pod),
        PlacementDeclaration.Near(var pod) => PlacementRule.Near(pod),
        PlacementDeclaration.Attribute(var name, var value) => PlacementRule.Attribute(name, value),
        _ => throw new InvalidOperationException(placement.ToString()),
    };
}
