using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Specification;

namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>Reads what engines tell in rows.</summary>
internal sealed class TablesReader(Problems problems, LooksReader looks, IReadOnlyCollection<string> pods)
{
    private const string PodsField = "pods";
    private const string ColumnsField = "columns";
    private const int LongestSeconds = 3600;
    private const int UsualSeconds = 15;
    private const int MostColumns = 12;

    public IReadOnlyList<TableDeclaration> Tables(Fields package)
    {
        var read = new List<TableDeclaration>();
        foreach (var (name, fields) in package.Named("tables", Names.Part(), Names.PartAllowed))
        {
            var table = new EngineTable(name, fields.Text("title"), Columns(fields), TimeSpan.FromSeconds(fields.Whole("every_seconds", 2, LongestSeconds, UsualSeconds)));
            var asked = Pods(fields);
            // What it names must be known beside each of them.
            if (fields.RequiredMap("command", "{ program, arguments, environment }") is { } command && asked.Select(pod => looks.Command(command, pod)).ToList() is [var first, ..])
                read.Add(new TableDeclaration(table, asked, first));
            fields.Done();
        }

        return read;
    }

    private List<string> Pods(Fields fields)
    {
        var asked = fields.Texts(PodsField);
        if (asked.Count == 0)
            problems.Add(fields.At(PodsField), $"{fields.Of(PodsField)} must name who can answer", "a list of pods");
        foreach (var (text, at) in asked.Where(pod => !pods.Contains(pod.Text)))
            problems.Add(at, $"{fields.Of(PodsField)} names {Problems.Short(text)}, which is no pod", string.Join(", ", pods));
        return [.. asked.Select(pod => pod.Text).Where(pods.Contains).Distinct(StringComparer.Ordinal)];
    }

    private List<TableColumnView> Columns(Fields fields)
    {
        var columns = new List<TableColumnView>();
        foreach (var column in fields.Maps(ColumnsField))
        {
            var name = column.Text("name", Names.Value(), Names.ValueAllowed);
            if (columns.Exists(other => other.Name == name))
                problems.Add(column.At("name"), $"the column {name} is there twice");
            columns.Add(new TableColumnView(name, column.Text("title"), Enum.Parse<ColumnKind>(column.Choice("kind", "text", "text", "number", "bytes"), ignoreCase: true)));
            column.Done();
        }

        if (columns.Count is 0 or > MostColumns)
            problems.Add(fields.At(ColumnsField), $"{fields.Of(ColumnsField)} are {columns.Count}", $"1 to {MostColumns}, each {{ name, title, kind }}");
        return columns;
    }
}
