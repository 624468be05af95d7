using System.Text.Json.Nodes;
using DataPlatform.Operators.Sdk;
using DataPlatform.Operators.Sdk.Clusters;
using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Sdk.Plans;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

public sealed class VersionedPackageTests : IDisposable
{
    private readonly TemporaryFolder old = new();
    private readonly TemporaryFolder renewed = new();

    private DeclaredPackage First => Only(old, "1.9", DeclaredExamples.Store);

    private DeclaredPackage Second => Only(renewed, "1.10", DeclaredExamples.Store.Replace("version: 2.0", "version: \"1.10\"", StringComparison.Ordinal)
        .Replace("memory: { type: integer, title: Memory (MiB), minimum: 64, maximum: 1024, default: 256 }", "memory: { type: integer, title: Memory (MiB), minimum: 64, maximum: 1024, default: 512 }\n  color: { type: boolean, title: Color, default: true }", StringComparison.Ordinal));

    public void Dispose()
    {
        old.Dispose();
        renewed.Dispose();
    }

    [Fact]
    public void The_newest_is_what_a_launch_gets_that_names_none_and_each_version_has_its_own_options()
    {
        var package = new VersionedPackage("store", [First, Second]);

        package.Versions.ShouldBe(["1.10", "1.9"]);
        (package.Description.Version, package.Folder).ShouldBe(("1.10", Path.TrimEndingDirectorySeparator(renewed.Path)));
        package.Description.Defaults["color"]!.GetValue<bool>().ShouldBeTrue();
        var first = package.DescriptionOf("1.9")!;
        (first.Defaults["memory"]!.GetValue<int>(), first.Defaults["version"]!.GetValue<string>(), first.Defaults.ContainsKey("color")).ShouldBe((256, "1.9", false));
        first.Schema["properties"]!["version"]!["enum"]!.ToJsonString().ShouldBe("""["1.10","1.9"]""");
        package.DescriptionOf("3").ShouldBeNull();
    }

    [Fact]
    public void What_a_cluster_runs_on_stays_what_it_is_when_another_version_comes()
    {
        var package = new VersionedPackage("store", [First]);
        var options = package.Description.Defaults.DeepClone().AsObject();
        var before = TrialSpecification.Of(package, options, "/lake");

        package.Replace([First, Second]);

        var after = TrialSpecification.Of(package, options, "/lake");
        TargetDiff.Of(before, after).ShouldBeEmpty();
        after.Version.ShouldBe("1.9");
    }

    [Fact]
    public void Another_version_restarts_every_pod_whatever_else_is_the_same()
    {
        var package = new VersionedPackage("store", [First, Second]);
        var (before, after) = (package.DescriptionOf("1.9")!.Defaults, package.DescriptionOf("1.10")!.Defaults);

        TargetDiff.Of(TrialSpecification.Of(package, before, "/lake"), TrialSpecification.Of(package, after, "/lake"))
            .ShouldAllBe(change => change.Kind == PodChangeKind.Restarted && change.Why == "its version changes from 1.9 to 1.10");
    }

    private static DeclaredPackage Only(TemporaryFolder folder, string version, string text) =>
        new DeclaredPackage(DeclaredExamples.Read(folder, text).ShouldBeOfType<PackageReading.Read>().Declaration, Path.TrimEndingDirectorySeparator(folder.Path)).Editions.Single(edition => edition.Version == version);
}
