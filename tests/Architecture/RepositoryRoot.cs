namespace DataPlatform.Architecture.Tests;

/// <summary>The folder of the repository that these tests were built in.</summary>
internal static class RepositoryRoot
{
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DataPlatform.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("the tests run from within the repository: no folder above them has DataPlatform.sln");
    }
}
