using DataPlatform.Integration.Tests.Platform;
using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>Where this machine keeps artifacts between test runs.</summary>
internal static class Mirror
{
    /// <summary>Kept between runs: unpacking engines anew for each test would take longer than the tests.</summary>
    public static string FetchCache => Path.Combine(EngineArtifacts.Cache, "test-fetch");

    public static PackageStoreOptions Store => new()
    {
        Folder = EngineArtifacts.Store,
        MavenRepository = Existing("maven"),
        Wheels = Existing("wheels"),
    };

    private static string? Existing(string name) => Path.Combine(EngineArtifacts.Cache, "mirror", name) is var folder && Directory.Exists(folder) ? folder : null;
}
