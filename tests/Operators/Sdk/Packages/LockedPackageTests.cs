using DataPlatform.Operators.Sdk.Artifacts;
using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Packages;

public sealed class LockedPackageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private ArtifactNeeds Jars => new("trial", folder.Path, Jars: true, Python: false);

    [Fact]
    public void Refuses_a_lock_without_the_pom_that_it_closes()
    {
        folder.Write("lock.sha256", $"{new string('0', 64)}  a/x.jar\n");

        Should.Throw<PackageFormatException>(() => LockedPackage.Read(Jars)).Message.ShouldContain("pom.xml");
    }

    [Fact]
    public void Names_the_file_that_is_not_there() =>
        Should.Throw<PackageFormatException>(() => LockedPackage.Read(Jars with { Jars = false, Python = true })).Message.ShouldContain("requirements.txt");

    [Fact]
    public void Identifies_a_lock_whatever_the_order_of_its_lines()
    {
        string[] lines = [$"{new string('0', 64)}  a/x.jar", $"{new string('1', 64)}  b/y.jar"];
        folder.Write("pom.xml", "<project/>");
        folder.Write("lock.sha256", string.Join('\n', lines));
        var one = LockedPackage.Read(Jars).LockDigest;
        folder.Write("lock.sha256", string.Join('\n', lines.Reverse()));

        LockedPackage.Read(Jars).LockDigest.ShouldBe(one);
    }

    public void Dispose() => folder.Dispose();
}
