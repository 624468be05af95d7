using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>Something that can be launched: <c>GET /api/v1/packages</c>.</summary>
/// <param name="UnavailableReason">Why its artifacts can't be had here and what to configure; null when it can be launched.</param>
public sealed record PackageView(string Name, string Title, string Description, string Version, JsonObject Schema, JsonObject Defaults, string? UnavailableReason)
{
    /// <summary>What a cluster can be launched on, the newest first; the others are asked for by <c>?version=</c>.</summary>
    public IReadOnlyList<string> Versions { get; init; } = [];

    public IReadOnlyList<PackageOperationView> Operations { get; init; } = [];

    /// <summary>Of an installation: versions that stay as they were, and why; null when there are none.</summary>
    public IReadOnlyDictionary<string, string>? Kept { get; init; }

    /// <summary>Sets of options' values by name, as the schema has them: <c>"x-presets": {"S": {"workers": 1}}</c>.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, JsonObject> Sizes => Schema["x-presets"] is JsonObject sizes
        ? sizes.Where(size => size.Value is JsonObject).ToDictionary(size => size.Key, size => (JsonObject)size.Value!)
        : new Dictionary<string, JsonObject>(0);

    /// <summary>Also when it is written in other letters; null when there is none.</summary>
    public JsonObject? SizeOf(string name) => Sizes.FirstOrDefault(size => string.Equals(size.Key, name, StringComparison.OrdinalIgnoreCase)).Value;
}

/// <summary>Whether a control plane serves: <c>GET /health</c>.</summary>
/// <param name="Text">In its own words: <c>ok</c>, or which leads, or what is wrong.</param>
/// <param name="Date">What time it has there, to the second; null when it does not say.</param>
public sealed record HealthView(bool Serves, string Text, DateTimeOffset? Date);

/// <summary>The pool: <c>GET /api/v1/pool</c>.</summary>
public sealed record PoolView(string MasterUrl, IReadOnlyList<HostView> Hosts, IReadOnlyList<FrameworkView> Frameworks);

public sealed record HostView(
    string AgentId, string Host, int Port, bool Active, AmountsView Total, AmountsView Used, AmountsView Offered,
    IReadOnlyDictionary<string, string> Attributes, int RunningTasks, DateTimeOffset? RegisteredAt);

public sealed record FrameworkView(string Id, string Name, IReadOnlyList<string> Roles, bool Connected, AmountsView Used);

/// <summary>A part of a log file: <c>GET /api/v1/clusters/{name}/tasks/{task}/logs</c>.</summary>
/// <param name="Offset">Where <paramref name="Text"/> begins in the file, in bytes.</param>
/// <param name="NextOffset">Where to read on: text may stand for fewer or more bytes than it has itself.</param>
/// <param name="Size">Bytes in the whole file when it was read.</param>
public sealed record LogView(string Task, string Stream, long Offset, long NextOffset, long Size, string Text);

/// <summary>A dataset of the lake: <c>GET /api/v1/lake</c>; schema and rows only when one is asked for.</summary>
/// <param name="Path">Relative to the lake's root.</param>
/// <param name="Format"><c>parquet</c>, <c>csv</c> or <c>json</c>.</param>
public sealed record DatasetView(
    string Path, string Format, long SizeBytes, int Files, DateTimeOffset ModifiedAt, long? RowCount,
    IReadOnlyList<ColumnView>? Columns, IReadOnlyList<IReadOnlyList<string?>>? Rows)
{
    /// <summary>The cluster on which it lies, with which its path begins; null for one in the lake's folder.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cluster { get; init; }

    /// <summary>Whose its files are, where a cluster says it and they are all of one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Owner { get; init; }
}

public sealed record ColumnView(string Name, string Type, bool Nullable);
