using System.Text;
using System.Text.Json.Nodes;

namespace DataPlatform.Core.Client.ControlPlane;

/// <summary>A question to the lake: <c>POST /api/v1/sql</c>.</summary>
/// <param name="Query">One SELECT, or another statement that only reads. Datasets are tables by their paths: <c>"raw/flights.csv"</c>.</param>
/// <param name="MostRows">Rows of the answer, 1 to 10,000; by default 1,000.</param>
public sealed record SqlRequest(string Query, int? MostRows = null);

/// <param name="Rows">Numbers, truth values and texts as such, lists and structures as JSON, everything else as the text that SQL has for it.</param>
/// <param name="Truncated">There are more rows than were asked for.</param>
/// <param name="Seconds">From the start of the query's process to its answer.</param>
public sealed record SqlResult(IReadOnlyList<SqlColumn> Columns, IReadOnlyList<IReadOnlyList<JsonNode?>> Rows, bool Truncated, double Seconds)
{
    /// <summary>As RFC 4180 has it, with the columns' names in the first line.</summary>
    public string ToCsv()
    {
        var text = new StringBuilder();
        foreach (var line in Rows.Select(row => row.Select(Text)).Prepend(Columns.Select(column => (string?)column.Name)))
            text.AppendJoin(',', line.Select(Field)).Append("\r\n");
        return text.ToString();
    }

    /// <summary>A value as people read it; null for SQL's NULL.</summary>
    public static string? Text(JsonNode? value) => value is JsonValue single && single.TryGetValue<string>(out var text) ? text : value?.ToJsonString();

    private static string Field(string? value) =>
        value is null ? "" : value.Length == 0 || value.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
}

/// <param name="Type">In the words of SQL, such as <c>BIGINT</c>.</param>
public sealed record SqlColumn(string Name, string Type);
