using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace DataPlatform.Benchmarks;

/// <summary>Results as a table for people and as JSON for comparison with later runs.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    public static void Print(ScenarioResult result)
    {
        if (result.Skipped is { } reason)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]{result.Scenario} skipped:[/] {reason}");
            return;
        }

        var table = new Table().Title(result.Scenario).AddColumns("what", "measured", "wanted", "");
        table.Columns[1].RightAligned();
        foreach (var measurement in result.Measurements)
        {
            table.AddRow(
                Markup.Escape(measurement.Name),
                $"{Show(measurement.Value)} {measurement.Unit}",
                Wanted(measurement),
                measurement.IsMet switch { true => "[green]met[/]", false => "[red]missed[/]", null => "" });
        }

        AnsiConsole.Write(table);
        foreach (var note in result.Notes)
            AnsiConsole.MarkupLineInterpolated($"  {note}");
    }

    public static string Keep(string folder, ScenarioResult result)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{result.Scenario}.json");
        File.WriteAllText(file, JsonSerializer.Serialize(result, Json));
        return file;
    }

    private static string Wanted(Measurement measurement) => (measurement.AtMost, measurement.AtLeast) switch
    {
        ({ } most, null) => $"at most {Show(most)}",
        (null, { } least) => $"at least {Show(least)}",
        ({ } most, { } least) => $"{Show(least)} to {Show(most)}",
        _ => "",
    };

    private static string Show(double value) => value.ToString(Math.Abs(value) >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture);
}
