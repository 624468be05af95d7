namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>What templates may name, by where they stand.</summary>
internal sealed class Scopes(IEnumerable<string> options, IReadOnlySet<string> secrets, IReadOnlySet<string> pages, IReadOnlyDictionary<string, IReadOnlySet<string>> ports,
    bool measuresPlatform, IReadOnlySet<string> connections, bool ofOperations = false, IReadOnlyCollection<string>? stepNames = null, IReadOnlyDictionary<string, IReadOnlySet<string>>? inputNames = null)
{
    private static readonly string[] Everywhere = ["cluster", "cluster_id", "version", "lake", "lake_uri"];
    private static readonly string[] OfTask = ["task", "index", "host", "zone"];

    private static readonly HashSet<string> OfArtifacts = new(StringComparer.Ordinal) { "maven", "python" };
    private static readonly HashSet<string> OfPlatform = new(StringComparer.Ordinal) { "url" };
    private static readonly HashSet<string> OfMeasuring = new(StringComparer.Ordinal) { "url", "metrics_token" };
    private static readonly HashSet<string> OfOperation = new(StringComparer.Ordinal) { "folder", "number" };
    private static readonly HashSet<string> OfOperationAlone = new(StringComparer.Ordinal) { "folder", "number", "secret" };
    private static readonly HashSet<string> OfStep = new(StringComparer.Ordinal) { "pod", "index", "host", "ports" };

    private readonly IReadOnlyCollection<string> steps = stepNames ?? [];
    private readonly IReadOnlyDictionary<string, IReadOnlySet<string>> inputs = inputNames ?? new Dictionary<string, IReadOnlySet<string>>(0);
    private readonly HashSet<string> plain = [.. Everywhere, .. options];
    private readonly HashSet<string> launched = [.. options];

    /// <summary>For operations, which know what they were asked.</summary>
    /// <param name="operations">Their names.</param>
    /// <param name="steps">Those of them that are steps of plans, which know what they are about.</param>
    /// <param name="inputs">What people say when they ask for them, by operation.</param>
    public Scopes WithOperations(IEnumerable<string> operations, IReadOnlyCollection<string> steps, IReadOnlyDictionary<string, IReadOnlySet<string>> inputs) => new(
        options, secrets, pages, ports.Concat(operations.Where(name => !ports.ContainsKey(name)).Select(name => KeyValuePair.Create(name, (IReadOnlySet<string>)new HashSet<string>()))).ToDictionary(), measuresPlatform, connections, ofOperations: true, steps, inputs);

    /// <param name="waitsFor">Pods that have places before the task starts.</param>
    public TemplateScope Task(string pod, IEnumerable<string> waitsFor) => new(
        new HashSet<string>([.. plain, .. OfTask]),
        GroupsOf(pod),
        ports.Where(each => waitsFor.Contains(each.Key)).ToDictionary(),
        Absences([KeyValuePair.Create("peers", "the pod must wait for the pods whose places it names (waits_for)"), KeyValuePair.Create("inputs", "only an operation that declares inputs is given any")]));

    private Dictionary<string, IReadOnlySet<string>> GroupsOf(string pod)
    {
        var groups = new Dictionary<string, IReadOnlySet<string>> { ["ports"] = ports[pod], ["secrets"] = secrets, ["pages"] = pages, ["artifacts"] = OfArtifacts, ["launched"] = launched };
        if (measuresPlatform)
            groups["platform"] = OfMeasuring;
        if (ofOperations)
            groups["operation"] = steps.Contains(pod) ? OfStep : OfOperationAlone;
        if (inputs.TryGetValue(pod, out var given))
            groups["inputs"] = given;
        if (ofOperations && steps.Contains(pod))
            groups["operation.ports"] = ports.Values.SelectMany(names => names).ToHashSet(StringComparer.Ordinal);
        return groups;
    }

    /// <summary>Everybody on a host may read the arguments of its processes.</summary>
    public TemplateScope Argument(string pod, IEnumerable<string> waitsFor)
    {
        var task = Shown(Task(pod, waitsFor));
        return task with
        {
            Absent = new Dictionary<string, string>(task.Absent) { ["secrets"] = "everybody on the host sees arguments; give it by a file or the environment" },
        };
    }

    /// <summary>The same where many can read it: without anything secret.</summary>
    public static TemplateScope Shown(TemplateScope scope) => scope with
    {
        Groups = scope.Groups.Where(group => group.Key != "secrets").ToDictionary(group => group.Key, group => group.Key == "platform" ? OfPlatform : group.Value == OfOperationAlone ? OfOperation : group.Value),
    };

    /// <summary>For people and clusters that connect, whom the platform's token is none of the business.</summary>
    public TemplateScope Client() => new(
        plain, WithPlatform(new Dictionary<string, IReadOnlySet<string>> { ["secrets"] = secrets, ["pages"] = pages, ["artifacts"] = OfArtifacts }), ports, Absences(Missing("it belongs to one task; name it by peers.POD")));

    /// <summary>For what people paste, who may see what the cluster is connected to.</summary>
    public TemplateScope Snippet() => Client() with { Connections = connections };

    /// <summary>For what an operation hands out when it is complete.</summary>
    public TemplateScope HandedOut(string operation)
    {
        var client = Client();
        var groups = new Dictionary<string, IReadOnlySet<string>>(client.Groups) { ["operation"] = OfOperationAlone };
        if (inputs.TryGetValue(operation, out var given))
            groups["inputs"] = given;
        return client with { Groups = groups };
    }

    /// <summary>For what the console says to an endpoint of whose place nothing more has to be known.</summary>
    public TemplateScope Header()
    {
        var address = Address();
        return address with
        {
            Groups = new Dictionary<string, IReadOnlySet<string>>(address.Groups) { ["secrets"] = secrets },
            Absent = address.Absent.Where(each => each.Key != "secrets").ToDictionary(),
        };
    }

    /// <summary>For addresses, which everybody sees.</summary>
    public TemplateScope Address() => new(
        plain, new Dictionary<string, IReadOnlySet<string>> { ["pages"] = pages, ["artifacts"] = OfArtifacts }, new Dictionary<string, IReadOnlySet<string>>(),
        new Dictionary<string, string>(Missing("it is the endpoint's already"))
        {
            ["secrets"] = "everybody sees addresses", ["peers"] = "an endpoint has its own host and port", ["platform"] = "an endpoint is the cluster's own",
            ["connected"] = OfSnippets,
        });

    private Dictionary<string, IReadOnlySet<string>> WithPlatform(Dictionary<string, IReadOnlySet<string>> groups)
    {
        if (measuresPlatform)
            groups["platform"] = OfPlatform;
        return groups;
    }

    private const string OfSnippets = "only snippets tell of other clusters; tasks find what leads to them in their environment";

    private Dictionary<string, string> Absences(IEnumerable<KeyValuePair<string, string>> known) => AbsencesOf(known.Append(KeyValuePair.Create("connected", OfSnippets)));

    private Dictionary<string, string> AbsencesOf(IEnumerable<KeyValuePair<string, string>> known) =>
        new(measuresPlatform ? known : known.Append(KeyValuePair.Create("platform", "the package does not ask for it (platform: metrics)")));

    private static Dictionary<string, string> Missing(string why) => OfTask.Append("ports").ToDictionary(name => name, _ => why);
}
