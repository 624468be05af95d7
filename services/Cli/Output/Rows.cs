using Spectre.Console;

namespace DataPlatform.Services.Cli.Output;

/// <summary>A table whose cells are plain text: what engines and people named is never read as markup.</summary>
public sealed class Rows
{
    private readonly Table table;

    public Rows(bool bordered, params string[] titles)
    {
        table = new Table().Border(bordered ? TableBorder.Rounded : TableBorder.None);
        foreach (var title in titles) table.AddColumn(new TableColumn(new Text(title)) { NoWrap = !bordered });
    }

    public int Count => table.Rows.Count;

    public void Add(params string?[] cells) => table.AddRow(cells.Select(cell => new Text(Printable(cell ?? ""))));

    public Table ToTable() => table;

    /// <summary>Control characters are shown, never sent to a terminal.</summary>
    public static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(letter => char.IsControl(letter) ? '�' : letter)) : text;
}
