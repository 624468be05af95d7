using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>Backups in the lake: a folder for each, by its package. One that is not whole has another name.</summary>
public static class Backups
{
    private const string Root = "_backups";
    private const string Unfinished = ".part";

    /// <summary>Below this nothing is counted: each level holds an open folder.</summary>
    private const int MostDepth = 32;

    public static string NewFolder(string package, string cluster, int number, DateTimeOffset now) =>
        Folder(package, string.Create(CultureInfo.InvariantCulture, $"{cluster}-{now.UtcDateTime:yyyyMMdd-HHmmss}-{number}"));

    /// <param name="name">Of a backup that <see cref="Under"/> found.</param>
    public static string Folder(string package, string name) => $"{Root}/{package}/{name}";

    /// <summary>The newest first.</summary>
    /// <param name="package">Null for those of all packages.</param>
    public static IReadOnlyList<BackupView> Under(string lake, string? package = null)
    {
        using var folder = ContainedFiles.OpenFolder(lake, "");
        using var root = folder is null ? null : ContainedFiles.OpenFolder(folder, Root);
        if (root is null) return [];
        var found = new List<BackupView>();
        foreach (var (name, _) in FoldersIn(root).Where(each => package is null || each.Name == package))
        {
            using var backups = ContainedFiles.OpenFolder(root, name);
            if (backups is not null)
                found.AddRange(FoldersIn(backups).Where(backup => !backup.Name.EndsWith(Unfinished, StringComparison.Ordinal)).Select(backup => new BackupView(name, backup.Name, SizeOf(backups, backup.Name), backup.Status.ModifiedAt)));
        }

        return [.. found.OrderByDescending(backup => backup.At).ThenBy(backup => backup.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<(string Name, FileStatus Status)> FoldersIn(SafeFileHandle folder) => ContainedFiles.In(folder).Where(entry => entry.Status.IsFolder);

    private static long SizeOf(SafeFileHandle above, string name, int depth = 0)
    {
        using var folder = depth < MostDepth ? ContainedFiles.OpenFolder(above, name) : null;
        return folder is null ? 0 : ContainedFiles.In(folder).Sum(entry => entry.Status.IsRegular ? entry.Status.Size : entry.Status.IsFolder ? SizeOf(folder, entry.Name, depth + 1) : 0);
    }
}
