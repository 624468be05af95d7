using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>Where this machine keeps artifacts between test runs.</summary>
internal static class Mirror
{
    private static readonly string Cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "dataplatform");

    /// <summary>Kept between runs: unpacking engines anew for each test would take longer than the tests.</summary>
    public static string FetchCache => Path.Combine(Cache, "test-fetch");

    public static PackageStoreOptions Store => new()
    {
        Folder = Path.Combine(Cache, "test-store"),
        MavenRepository = Existing("maven"),
        Wheels = Existing("wheels"),
    };

    private static string? Existing(string name) => Path.Combine(Cache, "mirror", name) is var folder && Directory.Exists(folder) ? folder : null;
}
