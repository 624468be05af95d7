using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>A dataset: one file, or a folder of files of one format.</summary>
/// <param name="Path">Relative to the lake's root, with '/'.</param>
/// <param name="Folder">Where partition folders such as <c>year=2001</c> are counted from.</param>
public sealed record Dataset(string Path, string Format, string Folder, IReadOnlyList<FileInfo> Files);

/// <summary>What a sample of a dataset shows. <paramref name="RowCount"/> is null when counting would mean reading too much.</summary>
public sealed record DatasetSample(long? RowCount, IReadOnlyList<ColumnView> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows);

/// <summary>
/// Finds datasets. A folder that holds data files, or partition folders, is one dataset; any other folder is looked into.
/// Names beginning with '.' or '_' and links are passed over, so nothing outside the lake is ever reached.
/// </summary>
public static class Datasets
{
    private const int MostDepth = 8;

    private static readonly Dictionary<string, string> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        [".parquet"] = "parquet", [".csv"] = "csv", [".json"] = "json", [".jsonl"] = "json", [".ndjson"] = "json",
    };

    public static IReadOnlyList<Dataset> Under(string root)
    {
        var found = new List<Dataset>();
        if (Directory.Exists(root)) Visit(new DirectoryInfo(root), root, 0, found);
        return [.. found.OrderBy(dataset => dataset.Path, StringComparer.Ordinal)];
    }

    private static void Visit(DirectoryInfo folder, string root, int depth, List<Dataset> found)
    {
        foreach (var entry in Visible(folder))
        {
            if (entry is FileInfo file)
            {
                if (Formats.TryGetValue(file.Extension, out var format)) found.Add(new Dataset(Relative(root, file), format, folder.FullName, [file]));
            }
            else if (entry is DirectoryInfo child && depth < MostDepth)
            {
                var files = Visible(child).ToList();
                if (files.Any(IsData) || files.Any(IsPartition)) AddFolder(child, root, depth, found);
                else Visit(child, root, depth + 1, found);
            }
        }
    }

    private static void AddFolder(DirectoryInfo folder, string root, int depth, List<Dataset> found)
    {
        var files = FilesBelow(folder, depth + 1).ToList();
        if (files.Count == 0) return;
        // Mixed folders are rare; the format with most files names the dataset and the others are left out.
        var group = files.GroupBy(file => Formats[file.Extension]).OrderByDescending(formats => formats.Count()).ThenBy(formats => formats.Key, StringComparer.Ordinal).First();
        found.Add(new Dataset(Relative(root, folder), group.Key, folder.FullName, [.. group.OrderBy(file => file.FullName, StringComparer.Ordinal)]));
    }

    private static IEnumerable<FileInfo> FilesBelow(DirectoryInfo folder, int depth)
    {
        foreach (var entry in Visible(folder))
        {
            if (entry is FileInfo file && IsData(file)) yield return file;
            if (entry is not DirectoryInfo child || depth >= MostDepth) continue;
            foreach (var below in FilesBelow(child, depth + 1)) yield return below;
        }
    }

    private static IEnumerable<FileSystemInfo> Visible(DirectoryInfo folder)
    {
        try
        {
            return [.. folder.EnumerateFileSystemInfos().Where(entry => entry.Name[0] is not ('.' or '_') && entry.LinkTarget is null)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsData(FileSystemInfo entry) => entry is FileInfo file && Formats.ContainsKey(file.Extension) && file.Length > 0;

    private static bool IsPartition(FileSystemInfo entry) => entry is DirectoryInfo && entry.Name.IndexOf('=', StringComparison.Ordinal) > 0;

    private static string Relative(string root, FileSystemInfo entry) => Path.GetRelativePath(root, entry.FullName).Replace('\\', '/');
}
