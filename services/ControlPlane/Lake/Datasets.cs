using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>A dataset: one file, or a folder of files of one format.</summary>
/// <param name="Path">By which people know it: relative to the lake's root, with '/'.</param>
/// <param name="Folder">Where partition folders such as <c>year=2001</c> are counted from.</param>
public sealed record Dataset(string Path, string Format, string Folder, IReadOnlyList<ListedFile> Files)
{
    /// <summary>The cluster that serves it; null where it lies in the lake's folder.</summary>
    public string? Cluster { get; init; }
}

/// <summary>What a sample of a dataset shows. <paramref name="RowCount"/> is null when counting would mean reading too much.</summary>
public sealed record DatasetSample(long? RowCount, IReadOnlyList<ColumnView> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows);

/// <summary>Finds datasets. A folder that holds data files, or partition folders, is one dataset; any other folder is looked into. Pure.</summary>
public static class Datasets
{
    private static readonly Dictionary<string, string> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        [".parquet"] = "parquet", [".csv"] = "csv", [".json"] = "json", [".jsonl"] = "json", [".ndjson"] = "json",
    };

    public static IReadOnlyList<Dataset> Under(ListedFolder root)
    {
        var found = new List<Dataset>();
        Visit(root, root.Path, found);
        return [.. found.OrderBy(dataset => dataset.Path, StringComparer.Ordinal)];
    }

    private static void Visit(ListedFolder folder, string root, List<Dataset> found)
    {
        foreach (var file in folder.Files)
            if (Format(file) is { } format) found.Add(new Dataset(Relative(root, file.Path), format, folder.Path, [file]));
        foreach (var child in folder.Folders)
        {
            if (child.Files.Any(IsData) || child.Folders.Any(IsPartition)) AddFolder(child, root, found);
            else Visit(child, root, found);
        }
    }

    private static void AddFolder(ListedFolder folder, string root, List<Dataset> found)
    {
        var files = FilesBelow(folder).ToList();
        if (files.Count == 0) return;
        // Mixed folders are rare; the format with most files names the dataset and the others are left out.
        var group = files.GroupBy(file => Format(file)!).OrderByDescending(formats => formats.Count()).ThenBy(formats => formats.Key, StringComparer.Ordinal).First();
        found.Add(new Dataset(Relative(root, folder.Path), group.Key, folder.Path, [.. group.OrderBy(file => file.Path, StringComparer.Ordinal)]));
    }

    private static IEnumerable<ListedFile> FilesBelow(ListedFolder folder) => folder.Files.Where(IsData).Concat(folder.Folders.SelectMany(FilesBelow));

    private static string? Format(ListedFile file) => Formats.GetValueOrDefault(Path.GetExtension(file.Name));

    private static bool IsData(ListedFile file) => Format(file) is not null && file.Length > 0;

    private static bool IsPartition(ListedFolder folder) => folder.Name.IndexOf('=', StringComparison.Ordinal) > 0;

    private static string Relative(string root, string path) => path[root.Length..].TrimStart('/');
}
