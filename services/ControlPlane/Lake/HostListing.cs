using DataPlatform.Services.Hosting.Files;
using Microsoft.Win32.SafeHandles;

namespace DataPlatform.Services.ControlPlane.Lake;

/// <summary>Lists a folder of this host in which others write: from folder to folder by what is open, never through a link that takes a name meanwhile.</summary>
public static class HostListing
{
    /// <summary>Of what is not there: nothing.</summary>
    public static ListedFolder Of(string root)
    {
        using var folder = ContainedFiles.OpenFolder(root, "");
        return folder is null ? new ListedFolder(root, [], []) : Of(folder, root, 0);
    }

    private static ListedFolder Of(SafeFileHandle folder, string path, int depth)
    {
        var (folders, files) = (new List<ListedFolder>(), new List<ListedFile>());
        foreach (var (name, status) in Visible(folder))
        {
            if (!status.IsFolder)
                files.Add(new ListedFile($"{path}/{name}", status.IsRegular ? status.Size : 0, status.ModifiedAt));
            else if (depth < ListedFolder.MostDepth && ContainedFiles.OpenFolder(folder, name) is { } child)
                using (child) folders.Add(Of(child, $"{path}/{name}", depth + 1));
        }

        return new ListedFolder(path, folders, files);
    }

    private static List<(string Name, FileStatus Status)> Visible(SafeFileHandle folder)
    {
        try
        {
            return [.. ContainedFiles.In(folder).Where(entry => ListedFolder.IsVisible(entry.Name) && !entry.Status.IsLink)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
