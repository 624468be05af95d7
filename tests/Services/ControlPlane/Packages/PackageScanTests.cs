using DataPlatform.Services.ControlPlane.Packages;

namespace DataPlatform.Services.Tests.ControlPlane.Packages;

public sealed class PackageScanTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Finds_every_folder_with_a_declaration_and_nothing_else()
    {
        SmallPackage.Write(Path.Combine(folder.Path, "first"), "first");
        SmallPackage.Write(Path.Combine(folder.Path, "second"), "second");
        SmallPackage.Write(Path.Combine(folder.Path, ".incoming-1"), "third");
        Directory.CreateDirectory(Path.Combine(folder.Path, "other"));

        var scan = PackageScan.Of([folder.Path, Path.Combine(folder.Path, "absent")]);

        scan.Packages.Select(package => package.Name).ShouldBe(["first", "second"]);
        scan.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Leaves_out_what_can_not_be_read_and_says_why()
    {
        SmallPackage.Write(Path.Combine(folder.Path, "good"), "good");
        SmallPackage.Write(Path.Combine(folder.Path, "bad"), "bad", yaml => yaml.Replace("title:", "titel:", StringComparison.Ordinal));
        SmallPackage.Write(Path.Combine(folder.Path, "worse"), "better");

        var scan = PackageScan.Of([folder.Path]);

        scan.Packages.ShouldHaveSingleItem().Name.ShouldBe("good");
        scan.Broken.Select(broken => broken.Name).ShouldBe(["bad", "worse"]);
        scan.Broken[0].Reason.ShouldContain("package.yaml:3:1: titel is not known");
        scan.Broken[1].Reason.ShouldContain("the package is called better and its folder worse");
        scan.Broken[0].View.UnavailableReason.ShouldBe(scan.Broken[0].Reason);
    }

    [Fact]
    public void What_comes_with_the_platform_is_hidden_by_nothing_that_was_installed()
    {
        SmallPackage.Write(Path.Combine(folder.Path, "platform", "store"), "store");
        SmallPackage.Write(Path.Combine(folder.Path, "installed", "store"), "store");

        var scan = PackageScan.Of([Path.Combine(folder.Path, "platform"), Path.Combine(folder.Path, "installed")]);

        scan.Packages.ShouldHaveSingleItem().Folder.ShouldStartWith(Path.Combine(folder.Path, "platform"));
        scan.Broken.ShouldHaveSingleItem().Reason.ShouldContain("there is a package store already");
    }

    [Fact]
    public void Versions_of_a_package_stand_beside_each_other_wherever_they_lie()
    {
        SmallPackage.Write(Path.Combine(folder.Path, "platform", "tiny"), "tiny");
        SmallPackage.Write(Path.Combine(folder.Path, "installed", "tiny@2"), "tiny", Of("2"));
        SmallPackage.Write(Path.Combine(folder.Path, "installed", "tiny@3"), "tiny", Of("4"));

        var scan = PackageScan.Of([Path.Combine(folder.Path, "platform"), Path.Combine(folder.Path, "installed")]);

        scan.Packages.ShouldHaveSingleItem().Versions.ShouldBe(["2", "1"]);
        scan.Broken.ShouldHaveSingleItem().Reason.ShouldContain("the folder stands for version 3, and the package has 4");
    }

    private static Func<string, string> Of(string version) => yaml => yaml.Replace("version: \"1\"", $"version: \"{version}\"", StringComparison.Ordinal);

    [Fact]
    public void All_packages_that_come_with_the_platform_can_be_read()
    {
        var scan = PackageScan.Of([Path.Combine(AppContext.BaseDirectory, "packages")]);

        scan.Broken.SelectMany(broken => broken.Problems.Select(problem => $"{broken.Name}/{problem}")).ShouldBeEmpty();
        string[] engines = ["spark", "dask", "jupyter", "redis"];
        engines.Except(scan.Packages.Select(package => package.Name)).ShouldBeEmpty();
    }
}
