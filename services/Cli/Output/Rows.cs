using Spectre.Console;

namespace DataPlatform.Services.Cli.Output;

/// <summary>A table whose cells are plain text: what engines and people named is never read as markup.</summary>
public sealed class Rows
{
    private const int ShownFirst = 50;
    private const int ShownLast = 70;
    private readonly Table table;

    public Rows(bool bordered, params string[] titles)
    {
        table = new Table().Border(bordered ? TableBorder.Rounded : TableBorder.None);
        foreach (var title in titles) table.AddColumn(new TableColumn(new Text(title)) { NoWrap = !bordered });
    }

    public int Count => table.Rows.Count;

    public void Add(params string?[] cells) => table.AddRow(cells.Select(cell => new Text(Printable(cell ?? ""))));

    public Table ToTable() => table;

    /// <summary>Of a text that would push the other columns together, beginning and end, where causes stand: all of it is shown elsewhere.</summary>
    public static string? Short(string? text) => text is { Length: > ShownFirst + ShownLast + 5 } ? $"{text[..ShownFirst]} ... {text[^ShownLast..]}" : text;

    /// <summary>Control characters are shown, never sent to a terminal.</summary>
    public static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(letter => char.IsControl(letter) ? '�' : letter)) : text;
}
