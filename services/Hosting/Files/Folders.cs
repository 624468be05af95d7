namespace DataPlatform.Services.Hosting.Files;

/// <summary>Folders that others may remove meanwhile: what is gone holds nothing.</summary>
public static class Folders
{
    /// <summary>The paths of the folders right in one, in no order; none when it is not there.</summary>
    /// <param name="pattern">Of their names, as in <see cref="Directory.GetDirectories(string, string)"/>.</param>
    public static IReadOnlyList<string> In(string path, string pattern = "*") => List(path, pattern, SearchOption.TopDirectoryOnly);

    /// <summary>The paths of the folders in one at any depth, in no order; none when it is not there.</summary>
    public static IReadOnlyList<string> Below(string path) => List(path, "*", SearchOption.AllDirectories);

    private static string[] List(string path, string pattern, SearchOption depth)
    {
        try
        {
            return Directory.GetDirectories(path, pattern, depth);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
