namespace DataPlatform.Integration.Tests.Platform;

/// <summary>
/// Where the engines' files may come from in tests: the same folders that <c>./dp</c> uses. The store is kept between runs, as it
/// holds nothing but files that are named by their digest.
/// </summary>
internal static class EngineArtifacts
{
    public static string Store { get; } = Environment.GetEnvironmentVariable("DP_TEST_STORE") is { Length: > 0 } named ? named : Path.Combine(Cache, "test-store");

    public static IReadOnlyList<string> Folders { get; } = [.. Folder("--maven-repository", "maven"), .. Folder("--wheels", "wheels")];

    /// <summary>As on a machine that reaches neither a Maven repository nor a Python index, and has no folder of either.</summary>
    public static void Withhold(Dictionary<string, string> environment, string directory)
    {
        var settings = Path.Combine(directory, "maven-settings.xml");
        File.WriteAllText(settings, "<settings><offline>true</offline></settings>");
        environment["DP_CONTROL_PLANE_MAVEN_REPOSITORY"] = "";
        environment["DP_CONTROL_PLANE_WHEELS"] = "";
        environment["PIP_NO_INDEX"] = "1";
        environment["MAVEN_ARGS"] = $"-o -s {settings} -Dmaven.repo.local={Path.Combine(directory, "m2")}";
    }

    /// <summary>What is costly to make once and the same for every run.</summary>
    public static string Cache => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/tmp", ".cache"), "dataplatform");

    private static IEnumerable<string> Folder(string flag, string name)
    {
        var path = Path.Combine(Cache, "mirror", name);
        return Directory.Exists(path) ? [flag, path] : [];
    }
}
