using DataPlatform.Operators.Sdk.Blueprints;
using YamlDotNet.RepresentationModel;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads a package's folder: <c>package.yaml</c> and the files that it names. All that is wrong is found at once.</summary>
public static class PackageReader
{
    public const string FileName = "package.yaml";
    public const string NameAllowed = Names.PackageAllowed;
    private const string Schema = "1";
    private const int MostProblems = 100;

    public static bool IsName(string name) => Names.Package().IsMatch(name);

    public static PackageReading Read(string folder)
    {
        var files = new PackageFolder(folder);
        var found = new List<PackageProblem>();
        if (files.Text(FileName, out var why) is not { } text)
            return new PackageReading.Refused([new PackageProblem(FileName, 1, 1, why!)]);
        var declaration = YamlText.Read(text, FileName, found) is { } document ? Document(document, files, new Problems(FileName, found)) : null;
        if (declaration is not null && found.Count == 0 && PackageTrial.WhyNot(new DeclaredPackage(declaration, files.Root)) is { } unusable)
            found.Add(new PackageProblem(FileName, 1, 1, unusable));
        return declaration is not null && found.Count == 0
            ? new PackageReading.Read(declaration)
            : new PackageReading.Refused([.. found.DistinctBy(problem => (problem.File, problem.Line, problem.Column, problem.Message))
                .OrderBy(problem => problem.File != FileName).ThenBy(problem => problem.File, StringComparer.Ordinal).ThenBy(problem => problem.Line).ThenBy(problem => problem.Column).Take(MostProblems)]);
    }

    private static PackageDeclaration? Document(YamlMappingNode document, PackageFolder files, Problems problems)
    {
        var package = new Fields(document, "", problems);
        if (!package.AreOfSchema(Schema))
            return null;

        var templates = new TemplatesReader(files, problems);
        var lake = new LakeReader(files, templates, problems).Lake(package);
        var optionsReader = new OptionsReader(problems, [.. lake.Where(folder => folder.Path.IsFixed).Select(folder => folder.Path.Render("lake", new Dictionary<string, object>()))]);
        var optionList = optionsReader.Options(package);
        var options = optionList.ToDictionary(option => option.Name);
        var versions = new VersionsReader(files, problems).Versions(package);
        var secrets = Secrets(package, problems);

        var names = new TaskNamesReader(problems);
        var operationFields = OperationsReader.Operations(package);
        var steps = OperationsReader.Steps(operationFields);
        var facts = FactsReader.Names(package);
        var growth = new GrowthReader(problems, facts);
        var podsReader = new PodsReader(problems, options, names, new PlanRulesReader(problems, facts, steps), growth);
        var podFields = podsReader.Pods(package);
        var ports = podsReader.Ports(podFields);
        var endpointFields = package.Maps("endpoints").ToList();
        var measuresPlatform = package.Choice("platform", "", "metrics") == "metrics";
        var clusters = optionList.Where(option => option.Type == OptionType.Cluster).Select(option => option.Name).ToHashSet(StringComparer.Ordinal);
        var scopes = new Scopes([.. options.Keys.Where(option => !clusters.Contains(option))], secrets.ToHashSet(StringComparer.Ordinal), AccessReader.Pages(endpointFields), ports, measuresPlatform, clusters);
        var java = new JavaReader(problems, templates, podsReader, versions.All(version => version.Artifacts.Maven is not null));
        var tasks = new TasksReader(problems, templates, podsReader, names, scopes, java, versions.All(version => version.Artifacts.Program is not null));
        var pods = podFields.Select(pod => podsReader.Pod(pod.Key, pod.Value, tasks, podFields.Keys.ToHashSet(StringComparer.Ordinal))).ToList();
        if (ReadyOrder.Cycle(pods.ToDictionary(pod => pod.Type, pod => (IReadOnlyCollection<string>)[.. pod.WaitsFor.Where(other => other.Value != PeerState.Located || other.Key != pod.Type).Select(other => other.Key)])) is { } cycle)
            problems.Add(podFields[cycle[0]].At("waits_for"), $"pods wait for each other for ever: {string.Join(" waits for ", cycle)}");
        if (ReadyOrder.Cycle(pods.ToDictionary(pod => pod.Type, pod => (IReadOnlyCollection<string>)[.. pod.Rules.EndAfter])) is { } ends)
            problems.Add(podFields[ends[0]].At("plans"), $"pods never end: {string.Join(" ends after ", ends)}");

        var operationScopes = scopes.WithOperations(operationFields.Keys, steps, OptionsReader.InputNames(operationFields));
        var operationTasks = new TasksReader(problems, templates, podsReader, names, operationScopes, java, versions.All(version => version.Artifacts.Program is not null));
        var operationsReader = new OperationsReader(problems, optionsReader, podsReader, operationTasks, templates, operationScopes, podFields.Keys.ToHashSet(StringComparer.Ordinal));

        List<OperationDeclaration> operations = [.. operationFields.Select(operation => operationsReader.Operation(operation.Key, operation.Value))];

        java.HoldShared(pods);
        growth.HoldApart(pods, podFields);

        var podPorts = new PodPorts(problems, ports);
        var access = new AccessReader(problems, templates, podPorts);
        var looks = new LooksReader(problems, templates, scopes, podPorts, tasks, pods);
        var (variables, exportedFiles, exportedFolders) = access.Exports(package, scopes);
        var declaration = new PackageDeclaration(
            package.Text("name", Names.Package(), Names.PackageAllowed), package.Text("title"), package.Text("description"), versions, optionList,
            optionsReader.Sizes(package, options), secrets, pods, access.Endpoints(endpointFields, scopes, measuresPlatform), variables, access.Snippets(package, scopes),
            new IdleReader(problems, looks).Idle(package), access.Metrics(package, scopes))
        {
            Facts = new FactsReader(problems, looks).Facts(package),
            Tables = new TablesReader(problems, looks, podFields.Keys.ToList()).Tables(package),
            Charts = new ChartsReader(problems).Charts(package),
            Operations = operations, ExportedFiles = exportedFiles, ExportedFolders = exportedFolders, Lake = lake, JavaOptions = java.Options(package),
            Certificates = new CertificatesReader(problems).Certificates(package, pods.Concat(operations.Select(operation => operation.Pod))),
            MeasuresPlatform = measuresPlatform,
        };
        package.Done();
        return declaration;
    }

    private static List<string> Secrets(Fields package, Problems problems)
    {
        var secrets = new List<string>();
        foreach (var (text, at) in package.Texts("secrets"))
        {
            if (Names.Value().IsMatch(text) && !secrets.Contains(text))
                secrets.Add(text);
            else
                problems.Add(at, $"'{Problems.Short(text)}' is no new name of a secret", Names.ValueAllowed);
        }

        return secrets;
    }
}
