using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Plans;
using DataPlatform.Services.ControlPlane.Clusters;
using DataPlatform.Services.ControlPlane.Storage;

namespace DataPlatform.Services.Tests.ControlPlane;

/// <summary>An operator whose clusters are what a test says they are.</summary>
public sealed class ScriptedOperator(string name = "sample") : IClusterOperator
{
    private const string DropSchema = """
        {
          "type": "object",
          "properties": {
            "table": { "type": "string", "title": "Table", "pattern": "^[a-z]+$" },
            "again": { "type": "string", "title": "Its name once more" },
            "rows": { "type": "integer", "title": "Rows", "minimum": 1, "maximum": 10, "default": 10, "x-advanced": true }
          },
          "required": ["table", "again"],
          "additionalProperties": false
        }
        """;

    public const string Schema = """
        {
          "type": "object",
          "properties": {
            "workers": { "type": "integer", "title": "Workers", "description": "How many workers.", "minimum": 1, "maximum": 20 },
            "memory": { "type": "integer", "title": "Memory of a worker", "description": "In MiB.", "minimum": 512, "maximum": 65536 },
            "mode": { "type": "string", "title": "Mode", "enum": ["batch", "interactive"], "x-change": "fixed" },
            "shuffle": { "type": "boolean", "title": "Shuffle service", "description": "Keeps shuffled data beyond a worker's life." },
            "label": { "type": "string", "title": "Label", "maxLength": 20, "x-advanced": true }
          },
          "additionalProperties": false,
          "x-presets": { "Small": { "workers": 1, "memory": 1024 }, "Large": { "workers": 8, "memory": 8192 } }
        }
        """;

    private readonly ConcurrentDictionary<string, ClusterObservation> clusters = new();

    public string Name => name;

    public JsonObject Defaults => Package.Defaults;

    /// <summary>What it says of itself instead of the usual.</summary>
    public ServicePackage? Declared { get; init; }

    public PackageView Package
    {
        get => Declared is { } declared ? View(declared.Description) : scripted;
        set => scripted = value;
    }

    public PackageView? PackageOf(string version) =>
        Declared is { } declared ? declared.DescriptionOf(version) is { } about ? View(about) : null : version == scripted.Version ? scripted : null;

    public JsonObject Whole(JsonObject options) => OptionsCheck.WithDefaults((ClusterVersions.In(options) is { } version ? PackageOf(version) : null)?.Defaults ?? Defaults, options);

    private PackageView View(PackageDescription about) => new(name, about.Title, about.Description, about.Version, about.Schema, about.Defaults, null) { Versions = Declared!.Versions };

    private PackageView scripted = new(
        name, "Sample", "An engine that does what a test says.", "1.2.3", JsonNode.Parse(Schema)!.AsObject(),
        new JsonObject { ["workers"] = 2, ["memory"] = 1024, ["mode"] = "batch", ["shuffle"] = true, ["label"] = "" }, null)
    {
        Operations = [new PackageOperationView("backup", "Back up", "", "backup"), new PackageOperationView("restore", "Restore", "", "restore"), new PackageOperationView("compact", "Compact", "", "plain"), new PackageOperationView("drop", "Drop", "", "plain") { Inputs = JsonNode.Parse(DropSchema)!.AsObject() }],
    };

    public IReadOnlyList<PodNeeds> Needs(JsonObject options) => Declared is not null ? [] : [new PodNeeds("worker", Number(options, "workers"), new AmountsView(1000, Number(options, "memory"), 0))];

    public string? FrameworkId { get; set; } = "framework-1";

    public FieldProblem? Wrong { get; set; }

    public Dictionary<string, TimeSpan> RecurringOperations { get; } = [];

    public IReadOnlyDictionary<string, TimeSpan> Recurring(JsonObject options) => RecurringOperations;

    public FieldProblem? Problem(JsonObject options) => Wrong;

    public FieldProblem? Problem(JsonObject options, string operation, JsonObject inputs) => inputs["again"]?.ToString() == inputs["table"]?.ToString() ? null : new FieldProblem("inputs.again", "it is not the same as table", inputs["table"]?.ToString());

    /// <summary>A cluster connects to the one that its label names.</summary>
    public IReadOnlyList<string> Connections(JsonObject options) => options["label"]?.GetValue<string>() is { Length: > 0 } other ? [other] : [];

    public IReadOnlyList<string> Exported { get; set; } = [name.ToUpperInvariant()];

    public IReadOnlyList<string> Exports(JsonObject options) => Exported;

    public IReadOnlyList<PodChange> PodChanges { get; set; } = [];

    public IReadOnlyList<PodChange> Changes(JsonObject before, JsonObject after) => PodChanges;

    public string? FrameworkIdOf(string clusterId) => FrameworkId;

    public IReadOnlyCollection<string> Known => [.. clusters.Keys];

    public bool Knows(string clusterId) => clusters.ContainsKey(clusterId);

    public ConcurrentQueue<DesiredCluster> Wanted { get; } = new();

    public ConcurrentQueue<string> Removed { get; } = new();

    public Dictionary<string, string> Headers { get; } = [];

    public event Action<string>? Changed;

    public void Want(DesiredCluster cluster)
    {
        Wanted.Enqueue(cluster);
        Show(cluster.Id, Pending);
    }

    public void Remove(DesiredCluster cluster) => Removed.Enqueue(cluster.Id);

    public ClusterObservation? Observe(string clusterId) => clusters.GetValueOrDefault(clusterId);

    /// <summary>How often somebody wanted to know how a table is asked for.</summary>
    public int Asked { get; private set; }

    public TableCommand? Ask(string clusterId, string table)
    {
        Asked++;
        return null;
    }

    /// <summary>What operations hand out, by their number.</summary>
    public Dictionary<int, Dictionary<string, string>> HandsOut { get; } = [];

    public IReadOnlyDictionary<string, string> HandedOut(string clusterId, int operation) => HandsOut.GetValueOrDefault(operation) ?? [];

    public IReadOnlyDictionary<string, string> ProxyHeaders(string clusterId, string endpoint) => Headers;

    /// <summary>From now on the cluster is so; null: nothing is left of it.</summary>
    public void Show(string clusterId, ClusterObservation? observation)
    {
        if (observation is null) clusters.TryRemove(clusterId, out _);
        else clusters[clusterId] = observation;
        Changed?.Invoke(clusterId);
    }

    private static int Number(JsonObject options, string name) => int.Parse(options[name]!.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);

    public static ClusterObservation Pending { get; } = new(ClusterState.Pending, "waiting for offers", null, new AmountsView(0, 0, 0), [], [], [], [], []);
}
