using System.Globalization;
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
    private const string ConnectionScript = "with-connected.sh";

    private readonly PackageDescription description = DeclaredDescription.Of(declaration, [.. declaration.Versions.Select(version => version.Version)]);

    public override string Name => declaration.Name;

    /// <summary>Where its files lie.</summary>
    public string Folder => folder;

    public override PackageDescription Description => description;

    public PackageDeclaration Declaration => declaration;

    /// <summary>What a cluster gets that names none.</summary>
    public string Version => declaration.Versions[0].Version;

    public override IReadOnlyList<string> Versions => [.. declaration.Versions.Select(version => version.Version)];

    /// <summary>One for each version, all in the same folder.</summary>
    public IEnumerable<DeclaredPackage> Editions => declaration.Versions.Select(version => new DeclaredPackage(declaration with { Versions = [version] }, folder));

    public override ArtifactNeeds Needs(JsonObject options)
    {
        var version = Chosen(options);
        return new ArtifactNeeds(Name, Path.Combine(folder, version.Artifacts.Folder), version.Artifacts.Maven is not null, version.Artifacts.Python is not null)
        {
            Training = JavaProgram.Training(declaration, version, description.Defaults),
        };
    }

    public override AlternativeNeeds? Alternative(JsonObject options) => Chosen(options).Artifacts.Alternative is not { } alternative ? null : new AlternativeNeeds(
        alternative.WithoutMaven ? Needs(options) with { Jars = false } : Needs(options) with { Python = false }, alternative.Why);

    public override IReadOnlyList<string> Connections(JsonObject options) => [.. declaration.Options.Where(option => option.Type == OptionType.Cluster)
        .Select(option => options[option.Name]?.ToString()).OfType<string>().Where(name => name.Length > 0).Distinct(StringComparer.Ordinal)];

    public override IReadOnlyDictionary<string, TimeSpan> Recurring(JsonObject options) =>
        (from operation in declaration.Operations
         let hours = operation.EveryHours?.Of(options) ?? 0
         where hours > 0
         select (operation.Name, TimeSpan.FromHours((double)hours))).ToDictionary();

    public override IReadOnlyList<LakeFolder> LakeFolders(ClusterSettings settings) =>
        [.. declaration.Lake.Select(each => new LakeFolder(PathOf(each, settings.Cluster.Name), each.Seed is { } seed ? Path.Combine(folder, seed) : null))];

    public override OptionRefusal? WhyNot(JsonObject options, string lakePath) => WhyNot(declaration.Options, options, lakePath);

    public override OptionRefusal? WhyNot(JsonObject options, string operation, JsonObject inputs, string lakePath) =>
        declaration.Operations.FirstOrDefault(each => each.Name == operation) is { } asked ? WhyNot(asked.Inputs, inputs, lakePath) : null;

    private OptionRefusal? WhyNot(IReadOnlyList<OptionDeclaration> declared, JsonObject values, string lakePath)
    {
        foreach (var option in declared)
        {
            if (option.Needs is { } needed && PresenceDeclaration.IsGiven(values, option.Name) && !PresenceDeclaration.IsGiven(values, needed))
                return new OptionRefusal(needed, $"{option.Name} can't do without it", declared.Single(each => each.Name == needed).Type == OptionType.Cluster ? "the name of a cluster" : "a value");
            if (option.AtMost is { } limit && NumberOf(option.Name) > NumberOf(limit))
                return new OptionRefusal(option.Name, $"it is more than {limit}", $"at most {NumberOf(limit).ToString(CultureInfo.InvariantCulture)}");
            if (option.SameAs is { } other && TextOf(option.Name) != TextOf(other))
                return new OptionRefusal(option.Name, $"it is not the same as {other}", TextOf(other));
            if (option.SharesOf is { } whole && Shares.WhyNot(TextOf(option.Name), whole) is { } uneven)
                return new OptionRefusal(option.Name, uneven, Shares.Allowed(whole));
            if (option.FileIn is not { } place || TextOf(option.Name) is not { Length: > 0 } file)
                continue;
            var seeds = declaration.Lake.Where(each => each.Seed is not null && PathOf(each, "") == place).Select(each => Path.Combine(folder, each.Seed!));
            var known = seeds.Prepend(Path.Combine(lakePath, place)).Where(Directory.Exists).SelectMany(Directory.EnumerateFiles).Select(path => Path.GetFileName(path))
                .Where(name => option.Pattern is not { } pattern || Expressions.Compile(pattern, out _)?.IsMatch(name) != false).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            if (!known.Contains(file))
                return new OptionRefusal(option.Name, $"there is no such file in {place} of the lake", known.Count == 0 ? "none: there is no such file yet" : string.Join(", ", known));
        }

        return null;

        string TextOf(string name) => values[name]?.ToString() ?? "";

        decimal NumberOf(string name) =>
            decimal.Parse((values[name] ?? declared.Single(each => each.Name == name).Default).ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private static string PathOf(LakeDeclaration lake, string cluster) => lake.Path.Render("lake", new Dictionary<string, object> { ["cluster"] = cluster });

    public override ServiceSpecification Specify(ClusterSettings settings)
    {
        var shapes = Shapes(settings.Options);
        var version = Chosen(settings.Options);
        var pods = declaration.Pods.Select(pod => pod.With(settings.Options)).Where(pod => shapes[pod.Type].Count > 0).ToList();
        var service = new ServiceSpecification(
            [.. pods.Select(pod => shapes[pod.Type] with { Count = pod.CountOf(settings.Options), Growth = pod.GrowthOf(settings.Options), Tasks = [.. pod.Tasks.Select(task => new DeclaredTask(declaration, version, pod, task, settings, shapes).Specify())] })],
            // Which pod waits for which is said by the commands themselves.
            new PlanSpecification(Strategy.Parallel, [.. pods.Select(pod => new PhaseSpecification(pod.Type, pod.Type, pod.OneByOne ? Strategy.Serial : Strategy.Parallel))]))
        {
            Version = version.Version,
            Tables = [.. declaration.Tables.Select(each => each.Table)],
            Charts = declaration.Charts,
            Facts = [.. declaration.Facts.SelectMany(each => each.Facts)],
            Operations = [.. declaration.Operations.Select(operation => new OperationSpecification(operation.Name, operation.Kind, wanted => Pod(operation, wanted, version, settings, shapes)) { HandsOut = operation.HandsOut.Count > 0 })],
        };
        return NeededClusters.Given(service, Connections(settings.Options), settings.Connection, ConnectionScript);
    }

    private PodSpecification Pod(OperationDeclaration operation, WantedOperation wanted, VersionDeclaration version, ClusterSettings settings, IReadOnlyDictionary<string, PodSpecification> shapes)
    {
        var task = new DeclaredTask(declaration, version, operation.Pod, operation.Pod.Tasks[0], settings, shapes, wanted).Specify();
        var pod = new PodSpecification(operation.Name, 1, [task with { EndsWithin = operation.EndsWithin }]) { IsOperation = true, Placement = [.. operation.Pod.Placement.Select(Rule)] };
        return NeededClusters.Given(pod, Connections(settings.Options), settings.Connection, ConnectionScript);
    }

    public override IReadOnlyList<EndpointView> Endpoints(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks)
    {
        var values = Values(settings, tasks);
        var known = values.Client();
        var endpoints = new List<EndpointView>();
        foreach (var endpoint in declaration.Endpoints)
        {
            var path = endpoint.Path.Render(endpoint.Name, known) is { Length: > 0 } text ? WebPath.Of(text) : "";
            // Of those that serve files another one may be the one that answers.
            foreach (var (number, instance) in values.Instances(endpoint.Pod).Take(endpoint.Answers == EndpointView.Files ? int.MaxValue : 1).Index())
            {
                var url = $"{endpoint.Scheme}://{instance.Host}:{instance.Ports[endpoint.Port]}{path}";
                var (name, title) = number == 0 ? (endpoint.Name, endpoint.Title) : ($"{endpoint.Name}-{number}", $"{endpoint.Title} ({instance.Name})");
                endpoints.Add(new EndpointView(name, title, url, endpoint.IsPage ? settings.PagePath(endpoint.Name) + "/" : null, Landing(endpoint, known)) { Answers = endpoint.Answers });
            }
        }

        return endpoints;
    }

    public override IReadOnlyList<SnippetView> Snippets(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks)
    {
        var values = Values(settings, tasks);
        var known = values.Snippet();
        return
        [
            .. declaration.Snippets.Where(snippet => values.Has(snippet.Text.Peers.Union(snippet.Title.Peers)) && values.IsConnected(snippet.Text.Connections.Union(snippet.Title.Connections))
                    && (snippet.Pod is not { } pod || values.Instances(pod).Count > 0))
                .Select(snippet => new SnippetView(snippet.Title.Render("a snippet's title", known), snippet.Language, snippet.Text.Render("a snippet", known).TrimEnd('\n'))),
        ];
    }

    private static string Landing(EndpointDeclaration endpoint, IReadOnlyDictionary<string, object> known) =>
        endpoint.Landing.Render(endpoint.Name, known) is var landing && AccessReader.IsLanding(landing) ? landing : "";

    public override IReadOnlyDictionary<string, string> ProxyHeaders(ClusterSettings settings, string endpoint)
    {
        var values = Values(settings, new Dictionary<string, PlacedTask>(0)).Client();
        return (declaration.Endpoints.FirstOrDefault(each => each.Name == endpoint)?.Headers ?? new Dictionary<string, Template>(0)).ToDictionary(header => header.Key, header => header.Value.Render(header.Key, values));
    }

    public override IReadOnlyDictionary<string, string> Exports(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks)
    {
        var values = Values(settings, tasks);
        return Exported(values, values.Client(), isSecret: false);
    }

    /// <summary>What holds a secret is shown to nobody who does not connect.</summary>
    public override ClusterKeys Keys(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks)
    {
        var values = Values(settings, tasks);
        var known = values.Client();
        var files = declaration.ExportedFiles.Where(export => values.Has(export.Value.Content.Peers)).ToList();
        return new ClusterKeys(
            Exported(values, known, isSecret: true),
            [.. DeclaredCertificates.Files(declaration, settings), .. files.Select(export => export.Value).DistinctBy(file => file.Path).Select(file => new GeneratedFile(file.Path, file.Content.Render(file.Path, known)))],
            (declaration.Certificates?.Variables ?? new Dictionary<string, string>(0)).Concat(files.Select(export => KeyValuePair.Create(export.Key, export.Value.Path)))
                .Concat(declaration.ExportedFolders.Where(folder => files.Exists(file => file.Value.Path.StartsWith(folder.Value + "/", StringComparison.Ordinal)))).DistinctBy(path => path.Key).ToDictionary());
    }

    public override IReadOnlyDictionary<string, string> HandedOut(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks, WantedOperation operation)
    {
        if (declaration.Operations.FirstOrDefault(each => each.Name == operation.Name) is not { HandsOut.Count: > 0 } declared)
            return new Dictionary<string, string>(0);
        var values = Values(settings, tasks);
        var known = values.Client();
        OperationValues.Add(known, operation, declared.Inputs, settings);
        return declared.HandsOut.Where(variable => values.Has(variable.Value.Peers)).ToDictionary(variable => variable.Key, variable => variable.Value.Render(variable.Key, known));
    }

    private Dictionary<string, string> Exported(TemplateValues values, IReadOnlyDictionary<string, object> known, bool isSecret) => declaration.Exports
        .Where(export => export.Value.IsSecret == isSecret && values.Has(export.Value.Peers)).ToDictionary(export => export.Key, export => export.Value.Render(export.Key, known));

    /// <summary>A pod that was placed before its package had the port is not measured before it is placed anew.</summary>
    public override IReadOnlyList<MeasuredPod> Measured(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks)
    {
        if (declaration.Metrics.Count == 0)
            return [];
        var values = Values(settings, tasks);
        var known = values.Client();
        return [.. declaration.Metrics.SelectMany(metrics => Measured(metrics, WebPath.Of(metrics.Path.Render("metrics", known)), values))];
    }

    /// <summary>Of the first instance that serves.</summary>
    public override TableQuestion? Ask(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks, string table)
    {
        if (declaration.Tables.FirstOrDefault(each => each.Table.Name == table) is not { } asked)
            return null;
        var (values, shapes) = (Values(settings, tasks), Shapes(settings.Options));
        foreach (var pod in asked.Pods)
        {
            if (values.Instances(pod).FirstOrDefault(instance => instance.Ready) is not { } instance)
                continue;
            var task = shapes[pod].TaskName(instance.Index, shapes[pod].Tasks[0]);
            var context = new TaskContext(task, instance.Index, instance.Host, instance.Ports, new Dictionary<string, PlacedTask>(0), new Dictionary<string, PlacedTask>(0));
            return new TableQuestion(task, DeclaredActivity.Of(asked.Command, values.Task(context, [])));
        }

        return null;
    }

    private static IEnumerable<MeasuredPod> Measured(MetricsDeclaration metrics, string path, TemplateValues values) => values.Instances(metrics.Pod)
        .Where(instance => instance.Ports.ContainsKey(metrics.Port)).Select(instance => new MeasuredPod(instance.Name, instance.Host, instance.Ports[metrics.Port], path));

    private TemplateValues Values(ClusterSettings settings, IReadOnlyDictionary<string, PlacedTask> tasks) =>
        new TemplateValues(declaration, Chosen(settings.Options), settings, Shapes(settings.Options), name => tasks.GetValueOrDefault(name));

    /// <summary>With as many of each as there can be.</summary>
    private Dictionary<string, PodSpecification> Shapes(JsonObject options) => declaration.Pods.ToDictionary(pod => pod.Type, pod => Shape(pod.With(options), pod.GrowthOf(options)?.Most ?? pod.CountOf(options)));

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
