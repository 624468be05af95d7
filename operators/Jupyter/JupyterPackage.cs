using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Jupyter;

/// <summary>JupyterLab connected to another cluster, and one notebook run headless when that is asked for.</summary>
public sealed class JupyterPackage : ServicePackage
{
    internal const string Lab = "lab";
    internal const string Execute = "execute";

    /// <summary>Where notebooks live in the lake; a leading underscore keeps the folder from being listed as a dataset.</summary>
    internal const string NotebookFolder = "_notebooks";

    public override string Name => "jupyter";

    public override ArtifactNeeds Needs(JsonObject options) => new(Name, Folder, Jars: false, Python: true);

    public override AlternativeNeeds? Alternative(JsonObject options) => new(
        new ArtifactNeeds(Name, Folder, Jars: false, Python: false),
        "Debian's jupyter-notebook and jupyter-nbconvert, which the hosts must have, stand in for JupyterLab");

    public override IReadOnlyList<string> Connections(JsonObject options) => options["cluster"]?.GetValue<string>() is { Length: > 0 } cluster ? [cluster] : [];

    public override ServiceSpecification Specify(ClusterSettings settings)
    {
        var processes = new JupyterProcesses(settings);
        var pods = new List<PodSpecification> { new(Lab, 1, [processes.Lab()]) { SingleNamed = true } };
        var phases = new List<PhaseSpecification> { new(Lab, Lab, Strategy.Parallel) };
        if (settings.Text("execute").Length > 0)
        {
            pods.Add(new PodSpecification(Execute, 1, [processes.Execute()]) { SingleNamed = true });
            phases.Add(new PhaseSpecification(Execute, Execute, Strategy.Parallel));
        }

        return new ServiceSpecification(pods, new PlanSpecification(Strategy.Parallel, phases));
    }

    public override IReadOnlyList<EndpointView> Endpoints(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) =>
        tasks.TryGetValue(Lab, out var lab)
            ? [new EndpointView(Lab, "JupyterLab", $"http://{lab.Address(JupyterProcesses.Http)}{JupyterProcesses.BasePath(settings)}", JupyterProcesses.BasePath(settings))]
            : [];

    public override IReadOnlyList<SnippetView> Snippets(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) =>
        settings.Connection(settings.Text("cluster")) is not { } connection
            ? []
            : [new SnippetView(
                $"What notebooks find of {connection.Cluster}", "shell",
                string.Join('\n', connection.Environment.Select(pair => $"{pair.Key}={pair.Value}").Concat(connection.Keys.Variables.Keys.Concat(connection.Keys.Paths.Keys).Select(name => $"{name}=(for them alone)"))
                    .Order(StringComparer.Ordinal)))];

    public override IReadOnlyDictionary<string, string> ProxyHeaders(ClusterSettings settings, string endpoint) => endpoint == Lab
        ? new Dictionary<string, string> { ["Authorization"] = $"token {settings.Secret(JupyterProcesses.TokenSecret)}" }
        : base.ProxyHeaders(settings, endpoint);

    public override OptionRefusal? WhyNot(JsonObject options, string lakePath)
    {
        if (options["execute"]?.GetValue<string>() is not { Length: > 0 } notebook)
            return null;
        var known = new[] { Path.Combine(lakePath, NotebookFolder), Path.Combine(Folder, "notebooks") }.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.ipynb")).Select(path => Path.GetFileName(path)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return known.Contains(notebook) ? null : new OptionRefusal("execute", "there is no such notebook in the lake", known.Count == 0 ? "none: there is no notebook yet" : string.Join(", ", known));
    }

    public override IReadOnlyList<LakeFolder> LakeFolders(ClusterSettings settings) =>
        [new LakeFolder(NotebookFolder, Path.Combine(Folder, "notebooks")), new LakeFolder($"{NotebookFolder}/executed")];
}
