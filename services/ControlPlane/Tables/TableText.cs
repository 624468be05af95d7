using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Tables;

/// <summary>Reads the rows that a table's command writes: a JSON list of objects, or one object in each line. Pure.</summary>
public static class TableText
{
    public const int MostRows = 200;
    private const int LongestCell = 300;
    private const int LongestShown = 60;

    /// <returns>The table with its rows, or with why there are none.</returns>
    public static TableView Read(TableView table, string text)
    {
        List<JsonNode?> items;
        try
        {
            items = text.TrimStart().StartsWith('[')
                ? [.. JsonNode.Parse(text)!.AsArray()]
                : [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => JsonNode.Parse(line))];
        }
        catch (JsonException)
        {
            return table with { WhyNot = $"what its command writes is no JSON: {Shown(text.Trim())}" };
        }

        var rows = new List<JsonObject>();
        foreach (var item in items.Take(MostRows))
        {
            if (item is not JsonObject said) return table with { WhyNot = $"its row {rows.Count + 1} is no JSON object: {Shown(item?.ToJsonString() ?? "null")}" };
            var row = new JsonObject();
            foreach (var column in table.Columns)
            {
                if (said[column.Name] is not { } value) continue;
                if (Cell(value, column.Kind) is not { } cell) return table with { WhyNot = $"its row {rows.Count + 1} has no number in {column.Name}: {Shown(value.ToString())}" };
                row[column.Name] = cell;
            }

            rows.Add(row);
        }

        return table with { Rows = rows, Left = items.Count - rows.Count };
    }

    private static JsonNode? Cell(JsonNode value, ColumnKind kind)
    {
        var text = value.ToString();
        if (kind == ColumnKind.Text) return text.Length > LongestCell ? $"{text[..LongestCell]}…" : text;
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : null;
    }

    private static string Shown(string text) => text.Length == 0 ? "nothing" : text.Length > LongestShown ? $"{text[..LongestShown]}…" : text;
}
