using System.Text;
using Spectre.Console;

namespace DataPlatform.Services.Cli.Output;

/// <summary>
/// A table whose cells are plain text: what engines and people named is never read as markup. On a terminal it is as wide as that;
/// elsewhere each row is one line, of which nothing is left out.
/// </summary>
public sealed class Rows(params string[] titles)
{
    private const int ShownFirst = 50;
    private const int ShownLast = 70;
    private const string Gap = "  ";
    private readonly List<string[]> rows = [];

    /// <summary>On a terminal a long text in the last column would push the others together: of it beginning and end are shown, where causes stand. All of it is shown elsewhere.</summary>
    public bool ShortensLast { get; init; }

    public int Count => rows.Count;

    public void Add(params string?[] cells) => rows.Add([.. cells.Select(cell => Printable(cell ?? ""))]);

    public void Write(Surroundings surroundings)
    {
        if (surroundings.Interactive) surroundings.Terminal().Write(ToTable());
        else surroundings.Output.Write(ToLines());
    }

    /// <summary>With borders; names, which stand first, are not broken.</summary>
    public Table ToTable()
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var title in titles) table.AddColumn(new TableColumn(new Text(title)) { NoWrap = table.Columns.Count == 0 });
        foreach (var row in rows) table.AddRow(row.Select((cell, column) => new Text(ShortensLast && column == titles.Length - 1 ? Short(cell) : cell)));
        return table;
    }

    /// <summary>Control characters are shown, never sent to a terminal.</summary>
    public static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(letter => char.IsControl(letter) ? '�' : letter)) : text;

    private string ToLines()
    {
        var lines = rows.Prepend(titles).ToList();
        var widths = titles.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var line in lines) text.AppendLine(string.Join(Gap, line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        return text.ToString();
    }

    private static string Short(string text) => text.Length > ShownFirst + ShownLast + 5 ? $"{text[..ShownFirst]} ... {text[^ShownLast..]}" : text;
}
