using DataPlatform.Core.Client.ControlPlane;
using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Services.ControlPlane.Operators;
using DataPlatform.Services.ControlPlane.Storage;
using DataPlatform.Services.Tests.ControlPlane.Packages;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataPlatform.Services.Tests.ControlPlane.Operators;

public sealed class PackageSchedulersTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Nothing_else_is_started_for_a_cluster_whose_version_is_not_here_and_it_goes_on_when_that_is_back()
    {
        var package = new VersionedPackage("tiny", [Edition("2")]);
        var schedulers = Of(package);
        var cluster = new DesiredCluster("id", "old", "tiny", "1", "tester", [], Noon, Noon.AddHours(1));

        schedulers.Want(cluster);
        schedulers.Knows("id").ShouldBeFalse();
        var seen = schedulers.Observe("id")!;
        (seen.State, seen.Reason).ShouldBe((ClusterState.Failed, "tiny 1, on which it runs, is not here; there are 2"));

        package.Replace([Edition("1"), Edition("2")]);
        schedulers.Want(cluster);
        schedulers.Wanted("id")!.Options["version"]!.GetValue<string>().ShouldBe("1");
    }

    [Fact]
    public void What_was_launched_when_there_was_one_version_stays_on_it()
    {
        var schedulers = Of(new VersionedPackage("tiny", [Edition("1"), Edition("2")]));
        var moved = new DesiredCluster("id", "old", "tiny", "1", "tester", new() { ["version"] = "2" }, Noon, Noon.AddHours(1)) { Target = 2, Earlier = [new EarlierTarget(1, [], Noon)] };

        schedulers.Want(moved);

        var wanted = schedulers.Wanted("id")!;
        (wanted.Options["version"]!.GetValue<string>(), wanted.Earlier[1]["version"]!.GetValue<string>()).ShouldBe(("2", "1"));
    }

    private DeclaredPackage Edition(string version)
    {
        var path = SmallPackage.Write(Path.Combine(folder.Path, version), "tiny", yaml => yaml.Replace("version: \"1\"", $"version: \"{version}\"", StringComparison.Ordinal));
        return new DeclaredPackage(PackageReader.Read(path).ShouldBeOfType<PackageReading.Read>().Declaration, path);
    }

    private static PackageSchedulers Of(VersionedPackage package) =>
        new(package, new NoArtifacts(), "/lake", (_, _) => throw new InvalidOperationException("no scheduler works here"), NullLogger.Instance);

    private sealed class NoArtifacts : IArtifactSource
    {
        public Task<ArtifactResolution> ResolveAsync(ArtifactNeeds needs, IProgress<ArtifactProgress>? progress, CancellationToken cancellationToken) =>
            Task.FromResult<ArtifactResolution>(new ArtifactResolution.Ready(ResolvedArtifacts.None));

        public string? Unavailable(ArtifactNeeds needs) => null;
    }
}
