namespace DataPlatform.Benchmarks;

internal static class Repository
{
    /// <summary>The folder of the solution above this program.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DataPlatform.sln")))
                return folder.FullName;
        }

        return Directory.GetCurrentDirectory();
    }
}
