namespace DataPlatform.Benchmarks.Live;

/// <summary>Where the services' programs were built: the published ones, or the newest release build.</summary>
internal static class Programs
{
    /// <summary>Null when there is none; <see cref="Missing"/> says what to do.</summary>
    public static string? Find(string project, string name)
    {
        var artifacts = Path.Combine(Repository.Root, "artifacts");
        string[] folders = [Path.Combine(artifacts, "publish", project), Path.Combine(artifacts, "bin", project)];
        return folders.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateDirectories(folder, "release*"))
            .Select(folder => Path.Combine(folder, name))
            .Where(File.Exists)
            .OrderByDescending(file => File.GetLastWriteTimeUtc(Path.ChangeExtension(file, ".dll")))
            .FirstOrDefault();
    }

    public static string? Master => Find("DataPlatform.Services.Master", "dp-master");

    public static string? Agent => Find("DataPlatform.Services.Agent", "dp-agent");

    /// <summary>Null when all are there.</summary>
    public static string? Missing => Master is null || Agent is null
        ? "dp-master and dp-agent have no release build; ./dp builds them, or dotnet build -c Release"
        : null;
}
