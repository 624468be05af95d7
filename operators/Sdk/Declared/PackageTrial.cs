using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Specifies a cluster of the defaults and one of each size, to find what only shows when templates are filled in.</summary>
internal static class PackageTrial
{
    private const string Everything = "everything";

    /// <summary>The first thing that goes wrong; null when nothing does.</summary>
    public static string? WhyNot(DeclaredPackage package)
    {
        foreach (var (size, values) in package.Declaration.Sizes.Prepend(KeyValuePair.Create("", new JsonObject())).Append(KeyValuePair.Create(Everything, Switched(package.Declaration))))
        {
            var options = package.Description.Defaults.DeepClone().AsObject();
            foreach (var (name, value) in values)
                options[name] = value?.DeepClone();
            try
            {
                Try(package, new ClusterSettings(new WantedCluster("trial", "trial", "trial", options, DateTimeOffset.UnixEpoch), "/lake", ResolvedArtifacts.None, name => $"secret-{name}", name => new ClusterConnection(name, "trial", Ready: true, new Dictionary<string, string> { ["TRIAL"] = "trial" }))
                {
                    PlatformUrl = "http://192.0.2.2:8080", OperationSecret = _ => "secret",
                });
            }
            catch (Exception defect) when (defect is InvalidOperationException or ArgumentException or UriFormatException or OverflowException)
            {
                return $"a cluster of {size switch { "" => "the defaults", Everything => "all pods, connected to another one,", _ => $"the size {size}" }} can't be specified: {defect.Message}";
            }
        }

        return null;
    }

    /// <summary>All pods are there, and another cluster is connected.</summary>
    private static JsonObject Switched(PackageDeclaration declaration) => new(declaration.Options
        .Where(option => option.Type == OptionType.Cluster || declaration.Pods.Any(pod => pod.Presence.When == option.Name || pod.Tasks.Any(task => task.Presence.When == option.Name)))
        .Select(option => KeyValuePair.Create(option.Name, (JsonNode?)(option.Type == OptionType.Boolean ? JsonValue.Create(true) : option.Choices is [.., var last] ? last.DeepClone() : JsonValue.Create("trial")))));

    private static void Try(DeclaredPackage package, ClusterSettings settings)
    {
        var service = package.Specify(settings);
        var placed = TrialSpecification.Placed(service);
        var asked = service.Operations.ToDictionary(operation => operation, operation => new WantedOperation(1, operation.Name, "folder", DateTimeOffset.UnixEpoch)
        {
            Inputs = Inputs(package.Declaration.Operations.Single(each => each.Name == operation.Name).Inputs),
            Subject = operation.Kind == OperationKind.Step ? Subject(service, operation.Name) : null,
        });
        foreach (var (pod, task) in service.Pods.Concat(asked.Select(each => each.Key.Pod(each.Value))).SelectMany(pod => pod.Tasks.Select(task => (pod, task))))
        {
            var context = new TaskContext(pod.TaskName(0, task), 0, TrialSpecification.Host, TrialSpecification.Ports(task), placed, placed);
            if (task.Command(context) is CommandOutcome.Waiting(var reason))
                throw new InvalidOperationException(reason);
            task.Readiness(context);
            task.Activity?.Invoke(context);
            task.Facts?.Invoke(context);
        }

        foreach (var operation in asked.Values)
            package.HandedOut(settings, placed, operation);
        foreach (var table in service.Tables)
            package.Ask(settings, placed, table.Name);
        package.Endpoints(settings, placed);
        package.Exports(settings, placed);
        package.Keys(settings, placed);
        foreach (var endpoint in package.Declaration.Endpoints)
            package.ProxyHeaders(settings, endpoint.Name);
        package.Snippets(settings, placed);
    }

    /// <summary>What must be said is said as well as can be told from what it may be.</summary>
    private static JsonObject Inputs(IReadOnlyList<OptionDeclaration> declared) => new(declared.Select(input => KeyValuePair.Create(input.Name, (JsonNode?)(
        !input.IsRequired ? input.Default.DeepClone() : input.Choices is [var first, ..] ? first.DeepClone() : input.Type switch
        {
            OptionType.Boolean => JsonValue.Create(true),
            OptionType.String => JsonValue.Create("trial"),
            _ => JsonValue.Create(input.Minimum ?? input.Maximum ?? 1),
        }))));

    /// <summary>An instance of a pod that goes, or, as nobody goes, the pod that others came to.</summary>
    private static OperationSubject Subject(ServiceSpecification service, string operation) => service.Pods.FirstOrDefault(pod => pod.Rules.BeforeRemoval == operation) is { } going
        ? new OperationSubject(going.Instance(0), 0, TrialSpecification.Host, going.Tasks.SelectMany(TrialSpecification.Ports).DistinctBy(port => port.Key).ToDictionary())
        : new OperationSubject((service.Pods.FirstOrDefault(pod => pod.Rules.AfterAddition == operation) ?? service.Pods[0]).Type, 0, "", new Dictionary<string, int>(0));
}
