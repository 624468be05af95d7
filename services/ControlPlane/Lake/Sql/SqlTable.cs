using System.Text;

namespace DataPlatform.Services.ControlPlane.Lake.Sql;

/// <summary>A dataset as SQL sees it.</summary>
/// <param name="Name">Of the view, the dataset's path.</param>
/// <param name="Parts">Files of the same partition; one part without values where the dataset is not partitioned.</param>
public sealed record SqlTable(string Name, string Format, IReadOnlyList<SqlPart> Parts)
{
    public const int MostFiles = 4096;

    /// <summary>Those of the datasets that a query can mean: their names stand in it. A query over one does not open all the others.</summary>
    public static IReadOnlyList<Dataset> NamedIn(string query, IReadOnlyList<Dataset> datasets) =>
        [.. datasets.Where(dataset => query.Contains(dataset.Path, StringComparison.OrdinalIgnoreCase))];

    public static SqlTable Of(Dataset dataset) => new(dataset.Path, dataset.Format,
        [.. dataset.Files.GroupBy(file => Partition(dataset.Folder, file.Path)).Select(part => new SqlPart(Values(part.Key), [.. part.Select(file => file.Readable)]))]);

    /// <summary>The statement that makes it.</summary>
    /// <param name="opened">By what each file can be read.</param>
    public string View(Func<string, string> opened)
    {
        var text = new StringBuilder($"CREATE VIEW {Identifier(Name)} AS ");
        var isFirst = true;
        foreach (var part in Parts)
        {
            text.Append(isFirst ? "" : " UNION ALL BY NAME ").Append("SELECT *");
            foreach (var (name, value) in part.Values)
                text.Append(", ").Append(Text(value)).Append(" AS ").Append(Identifier(name));
            text.Append(" FROM ").Append(Reader).Append("([").AppendJoin(", ", part.Files.Select(file => Text(opened(file)))).Append("], union_by_name = true)");
            isFirst = false;
        }

        return text.ToString();
    }

    private string Reader => Format switch { "parquet" => "read_parquet", "csv" => "read_csv", _ => "read_json" };

    private static string Partition(string folder, string file) =>
        string.Join('/', Path.GetRelativePath(folder, file).Split('/')[..^1].Where(part => part.IndexOf('=', StringComparison.Ordinal) > 0));

    private static Dictionary<string, string> Values(string partition) =>
        partition.Length == 0 ? [] : partition.Split('/').Select(part => part.Split('=', 2)).DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1]));

    private static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}

/// <param name="Values">Of the columns that the folders' names are, such as <c>year=2001</c>.</param>
/// <param name="Files">Their whole paths.</param>
public sealed record SqlPart(IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Files);
