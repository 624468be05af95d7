using System.Text.Json;
using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>The values of a cluster's templates. <paramref name="peer"/> knows tasks by name, as far as they have a place.</summary>
internal sealed class TemplateValues(
    PackageDeclaration declaration, VersionDeclaration version, ClusterSettings settings, IReadOnlyDictionary<string, PodSpecification> pods, Func<string, PlacedTask?> peer)
{
    /// <summary>An instance of a pod, all of whose tasks have a place.</summary>
    public sealed record Instance(string Name, int Index, string Host, IReadOnlyDictionary<string, int> Ports, bool Ready);

    /// <summary>Those that have a place, in order.</summary>
    public IReadOnlyList<Instance> Instances(string pod) => [.. Enumerable.Range(0, pods[pod].Count).Select(index => Find(pod, index)).OfType<Instance>()];

    public bool Has(IEnumerable<string> named) => named.All(pod => Instances(pod).Count > 0);

    public Instance? Find(string pod, int index)
    {
        var specification = pods[pod];
        var tasks = specification.Tasks.Select(task => peer(specification.TaskName(index, task))).ToList();
        return tasks.OfType<PlacedTask>().ToList() is { Count: > 0 } placed && placed.Count == tasks.Count
            ? new Instance(specification.Instance(index), index, placed[0].Host, placed.SelectMany(task => task.Ports).ToDictionary(), placed.TrueForAll(task => task.Ready))
            : null;
    }

    /// <summary>For whoever connects.</summary>
    public Dictionary<string, object> Client()
    {
        var values = Common();
        values["peers"] = Peers(pods.Keys);
        return values;
    }

    /// <param name="waitsFor">Pods whose places the task may know.</param>
    public Dictionary<string, object> Task(TaskContext context, IEnumerable<string> waitsFor)
    {
        var values = Common();
        if (declaration.MeasuresPlatform)
            values["platform"] = new Dictionary<string, object> { ["url"] = settings.PlatformUrl, ["metrics_token"] = settings.MetricsToken };
        values["task"] = context.Name;
        values["index"] = context.Index;
        values["host"] = context.Host;
        values["ports"] = context.Ports.ToDictionary(port => port.Key, port => (object)port.Value);
        values["peers"] = Peers(waitsFor);
        return values;
    }

    private Dictionary<string, object> Common()
    {
        var values = declaration.Options.ToDictionary(option => option.Name, option => Plain(settings.Options[option.Name] ?? option.Default));
        values["cluster"] = settings.Cluster.Name;
        values["version"] = version.Version;
        values["lake"] = settings.LakePath;
        values["lake_uri"] = settings.LakeUri;
        values["secrets"] = declaration.Secrets.ToDictionary(secret => secret, secret => (object)settings.Secret(secret));
        if (declaration.MeasuresPlatform)
            values["platform"] = new Dictionary<string, object> { ["url"] = settings.PlatformUrl };
        values["pages"] = declaration.Endpoints.Where(endpoint => endpoint.IsPage).ToDictionary(endpoint => endpoint.Name, endpoint => (object)settings.PagePath(endpoint.Name));
        return values;
    }

    private Dictionary<string, object> Peers(IEnumerable<string> named) => named.ToDictionary(pod => pod, pod => (object)Instances(pod).Select(object (instance) => new Dictionary<string, object>
    {
        ["name"] = instance.Name, ["index"] = instance.Index, ["host"] = instance.Host, ["ports"] = instance.Ports.ToDictionary(port => port.Key, port => (object)port.Value),
    }).ToList());

    private static object Plain(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => decimal.Parse(value.ToJsonString(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
