using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>What a cluster's engine tells in rows. It is asked when somebody looks: <c>GET /api/v1/clusters/{name}/tables</c>.</summary>
/// <param name="EverySeconds">How old an answer may be that somebody else was given.</param>
public sealed record TableView(string Name, string Title, IReadOnlyList<TableColumnView> Columns, int EverySeconds)
{
    /// <summary>Values by the column's name; null where it was not asked, or why it has no answer is said.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JsonObject>? Rows { get; init; }

    /// <summary>How many rows there are beyond those that are shown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Left { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WhyNot { get; init; }

    /// <summary>When it was asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? At { get; init; }
}

/// <param name="Title">For people.</param>
public sealed record TableColumnView(string Name, string Title, ColumnKind Kind);

public enum ColumnKind { Text, Number, Bytes }
