using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Packages;

public sealed class PackageFolderTests : IDisposable
{
    private const string Manifest = """{"name":"trial","title":"Trial","description":"For tests","version":"1.0"}""";
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Reads_a_package_that_is_only_a_system_program()
    {
        folder.Write("package.json", Manifest);

        var package = PackageFolder.Read(folder.Path);

        (package.Name, package.Version, package.Lock.Count, package.Python).ShouldBe(("trial", "1.0", 0, null));
    }

    [Theory]
    [InlineData("""{"name":"Trial Two","title":"t","description":"d","version":"1"}""", "name 'Trial Two'")]
    [InlineData("""{"name":"trial","title":"t","description":"d"}""", "'version'")]
    [InlineData("""{"name":"trial",""", "package.json:1")]
    [InlineData("[]", "expected a JSON object")]
    public void Says_what_is_wrong_with_a_manifest(string manifest, string expected)
    {
        folder.Write("package.json", manifest);

        Should.Throw<PackageFormatException>(() => PackageFolder.Read(folder.Path)).Message.ShouldContain(expected);
    }

    [Fact]
    public void Refuses_a_lock_without_the_pom_that_it_closes()
    {
        folder.Write("package.json", Manifest);
        folder.Write("lock.sha256", $"{new string('0', 64)}  a/x.jar\n");

        Should.Throw<PackageFormatException>(() => PackageFolder.Read(folder.Path)).Message.ShouldContain("pom.xml");
    }

    [Fact]
    public void Identifies_a_lock_whatever_the_order_of_its_lines()
    {
        string[] lines = [$"{new string('0', 64)}  a/x.jar", $"{new string('1', 64)}  b/y.jar"];
        folder.Write("package.json", Manifest);
        folder.Write("pom.xml", "<project/>");
        folder.Write("lock.sha256", string.Join('\n', lines));
        var one = PackageFolder.Read(folder.Path).LockDigest;
        folder.Write("lock.sha256", string.Join('\n', lines.Reverse()));

        PackageFolder.Read(folder.Path).LockDigest.ShouldBe(one);
    }

    public void Dispose() => folder.Dispose();
}
