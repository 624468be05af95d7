namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>Lists a folder of this host.</summary>
public static class HostListing
{
    public static ListedFolder Of(string root) => Of(new DirectoryInfo(root), 0);

    private static ListedFolder Of(DirectoryInfo folder, int depth)
    {
        var entries = Visible(folder);
        return new ListedFolder(
            folder.FullName, [.. entries.OfType<DirectoryInfo>().Where(_ => depth < ListedFolder.MostDepth).Select(child => Of(child, depth + 1))],
            [.. entries.OfType<FileInfo>().Select(file => new ListedFile(file.FullName, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero)))]);
    }

    private static List<FileSystemInfo> Visible(DirectoryInfo folder)
    {
        try
        {
            return [.. folder.EnumerateFileSystemInfos().Where(entry => ListedFolder.IsVisible(entry.Name) && entry.LinkTarget is null)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
