using System.Formats.Tar;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Integration.Tests.Packages;

/// <summary>
/// The packages' real locks against what this machine has of the engines. <c>./dp test</c> names the folders and a store that is kept
/// between runs.
/// </summary>
public sealed class EngineArtifactsTests : IDisposable
{
    private readonly string scratch = Directory.CreateTempSubdirectory("dp-engines-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string? Repository => Environment.GetEnvironmentVariable("DP_CONTROL_PLANE_MAVEN_REPOSITORY");

    private static string? Wheels => Environment.GetEnvironmentVariable("DP_CONTROL_PLANE_WHEELS");

    [Theory]
    [InlineData("spark", true)]
    [InlineData("dask", false)]
    [InlineData("jupyter", false)]
    public async Task Everything_that_a_package_locks_comes_into_the_store(string package, bool jars)
    {
        Assert.SkipWhen(jars && Repository is null, "no Maven repository folder: set DP_CONTROL_PLANE_MAVEN_REPOSITORY, or run ./dp test beside ../shared");
        Assert.SkipWhen(Wheels is null, "no wheels folder: set DP_CONTROL_PLANE_WHEELS, or run ./dp test beside ../shared");
        var store = new PackageStore(
            new() { Folder = Environment.GetEnvironmentVariable("DP_TEST_STORE") ?? scratch, MavenRepository = Repository, Wheels = Wheels },
            () => new("http://127.0.0.1:8080/"));

        var ready = (await store.ResolveAsync(Needs(package, jars), null, Cancellation)).ShouldBeOfType<ArtifactResolution.Ready>();

        ready.Artifacts.Jars.Count.ShouldBe(jars ? File.ReadAllLines(Path.Combine(Folder(package), "lock.sha256")).Length : 0);
        using var tar = new TarReader(File.OpenRead(store.Content.PathOf(Digest.Parse(ready.Artifacts.Python!.Digest))));
        tar.GetNextEntry().ShouldNotBeNull();
    }

    [Fact]
    public async Task Maven_brings_what_its_own_settings_lead_it_to()
    {
        Assert.SkipWhen(Repository is null, "no Maven repository folder that Maven could be sent to: set DP_CONTROL_PLANE_MAVEN_REPOSITORY, or run ./dp test beside ../shared");
        Assert.SkipUnless(File.Exists("/usr/bin/mvn"), "Maven is not installed");
        var settings = Path.Combine(scratch, "settings.xml");
        await File.WriteAllTextAsync(
            settings, $"<settings><mirrors><mirror><id>folder</id><mirrorOf>*</mirrorOf><url>{new Uri(Repository!)}</url></mirror></mirrors></settings>", Cancellation);
        var store = new PackageStore(new() { Folder = Path.Combine(scratch, "store"), MavenSettings = settings }, () => new("http://127.0.0.1:8080/"));
        var seen = new List<ArtifactProgress>();

        var resolution = await store.ResolveAsync(Needs("spark", jars: true) with { Python = false }, new Recorder(seen), Cancellation);

        resolution.ShouldBeOfType<ArtifactResolution.Ready>().Artifacts.JarsArchive.ShouldNotBeNull();
        seen[^1].Done.ShouldBe(seen[^1].Total);
        seen.ShouldContain(progress => progress.Activity.StartsWith("Maven fetched", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    private static string Folder(string package) => Path.Combine(AppContext.BaseDirectory, "packages", package);

    private static ArtifactNeeds Needs(string package, bool jars) => new(package, Folder(package), jars, Python: true);

    private sealed class Recorder(List<ArtifactProgress> seen) : IProgress<ArtifactProgress>
    {
        public void Report(ArtifactProgress value) => seen.Add(value);
    }
}
