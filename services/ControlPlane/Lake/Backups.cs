using System.Globalization;
using DataPlatform.Core.Client.ControlPlane;

namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>Backups in the lake: a folder for each, by its package. One that is not whole has another name.</summary>
public static class Backups
{
    private const string Root = "_backups";
    private const string Unfinished = ".part";

    public static string NewFolder(string package, string cluster, int number, DateTimeOffset now) =>
        Folder(package, string.Create(CultureInfo.InvariantCulture, $"{cluster}-{now.UtcDateTime:yyyyMMdd-HHmmss}-{number}"));

    /// <param name="name">Of a backup that <see cref="Under"/> found.</param>
    public static string Folder(string package, string name) => $"{Root}/{package}/{name}";

    /// <summary>The newest first.</summary>
    /// <param name="package">Null for those of all packages.</param>
    public static IReadOnlyList<BackupView> Under(string lake, string? package = null)
    {
        var root = new DirectoryInfo(Path.Combine(lake, Root));
        if (!root.Exists) return [];
        return
        [
            .. root.EnumerateDirectories().Where(folder => folder.LinkTarget is null && (package is null || folder.Name == package))
                .SelectMany(folder => folder.EnumerateDirectories().Where(IsWhole).Select(backup => new BackupView(folder.Name, backup.Name, SizeOf(backup), new DateTimeOffset(backup.LastWriteTimeUtc, TimeSpan.Zero))))
                .OrderByDescending(backup => backup.At).ThenBy(backup => backup.Name, StringComparer.Ordinal),
        ];
    }

    private static bool IsWhole(DirectoryInfo folder) => folder.LinkTarget is null && !folder.Name.EndsWith(Unfinished, StringComparison.Ordinal);

    private static long SizeOf(DirectoryInfo backup) =>
        backup.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint }).Sum(file => file.Length);
}
