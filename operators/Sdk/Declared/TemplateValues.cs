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

    /// <summary>Whether there is a place to name: of pods that these options leave out there is none to wait for.</summary>
    public bool Has(IEnumerable<string> named) => named.ToList() is var all && (all.Count == 0 || all.Exists(pod => pods[pod].Count > 0)) && all.TrueForAll(pod => pods[pod].Count == 0 || Instances(pod).Count > 0);

    public Instance? Find(string pod, int index)
    {
        var specification = pods[pod];
        var tasks = specification.Tasks.Select(task => peer(specification.TaskName(index, task))).ToList();
        return tasks.OfType<PlacedTask>().ToList() is { Count: > 0 } placed && placed.Count == tasks.Count
            ? new Instance(specification.Instance(index), index, placed[0].Host, placed.SelectMany(task => task.Ports).ToDictionary(), placed.TrueForAll(task => task.Ready))
            : null;
    }

    public const string ForThemAlone = "(for them alone)";

    /// <summary>For people who may know what the cluster is connected to.</summary>
    public Dictionary<string, object> Snippet()
    {
        var values = Client();
        values["connected"] = declaration.Options.Where(option => option.Type == OptionType.Cluster)
            .Select(option => (option.Name, Connection: Connection(option.Name))).Where(each => each.Connection is not null).ToDictionary(each => each.Name, each => (object)Shown(each.Connection!));
        return values;
    }

    public bool IsConnected(IEnumerable<string> options) => options.All(option => Connection(option) is not null);

    private ClusterConnection? Connection(string option) => settings.Text(option) is { Length: > 0 } name ? settings.Connection(name) : null;

    private static Dictionary<string, object> Shown(ClusterConnection connection) => new()
    {
        ["name"] = connection.Cluster,
        ["variables"] = connection.Environment.Concat(connection.Keys.Variables.Keys.Concat(connection.Keys.Paths.Keys).Select(name => KeyValuePair.Create(name, ForThemAlone)))
            .OrderBy(variable => variable.Key, StringComparer.Ordinal)
            // Another package made it, and may have said more than fits here.
            .Select(object (variable) => new Dictionary<string, object> { ["name"] = variable.Key, ["value"] = string.Concat(variable.Value.Select(letter => char.IsControl(letter) ? ' ' : letter)) })
            .ToList(),
    };

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
        values["zone"] = context.Zone;
        values["launched"] = Plain(settings.Cluster.Launched);
        values["ports"] = context.Ports.ToDictionary(port => port.Key, port => (object)port.Value);
        values["peers"] = Peers(waitsFor);
        return values;
    }

    private Dictionary<string, object> Common()
    {
        var values = Plain(settings.Options);
        values["cluster"] = settings.Cluster.Name;
        values["cluster_id"] = settings.Cluster.Id;
        values["version"] = version.Version;
        values["lake"] = settings.LakePath;
        values["lake_uri"] = settings.LakeUri;
        values["secrets"] = declaration.Secrets.ToDictionary(secret => secret, secret => (object)settings.Secret(secret));
        if (declaration.MeasuresPlatform)
            values["platform"] = new Dictionary<string, object> { ["url"] = settings.PlatformUrl };
        values["artifacts"] = new Dictionary<string, object> { ["maven"] = settings.Artifacts.Jars.Count > 0, ["python"] = settings.Artifacts.Python is not null };
        values["pages"] = declaration.Endpoints.Where(endpoint => endpoint.IsPage).ToDictionary(endpoint => endpoint.Name, endpoint => (object)settings.PagePath(endpoint.Name));
        return values;
    }

    private Dictionary<string, object> Plain(JsonObject options) =>
        declaration.Options.Where(option => option.Type != OptionType.Cluster).ToDictionary(option => option.Name, option => Plain(options[option.Name] ?? option.Default));

    private Dictionary<string, object> Peers(IEnumerable<string> named) => named.ToDictionary(pod => pod, pod => (object)Instances(pod).Select(object (instance) => new Dictionary<string, object>
    {
        ["name"] = instance.Name, ["index"] = instance.Index, ["host"] = instance.Host, ["ports"] = instance.Ports.ToDictionary(port => port.Key, port => (object)port.Value),
    }).ToList());

    public static object Plain(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => decimal.Parse(value.ToJsonString(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
