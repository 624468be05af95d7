using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Packages;

public sealed class RequirementsTests
{
    private static readonly string Ones = new('1', 64);
    private static readonly string Twos = new('2', 64);

    [Fact]
    public void Reads_name_version_marker_and_hashes()
    {
        var text = $"# comment\nsoupsieve==4.1.2 ; python_full_version >= \"3.11.5\" --hash=sha256:{Ones} --hash=sha256:{Twos}\nsix==1.17.0 --hash=sha256:{Ones}\n";

        var requirements = Requirements.Parse(text, "requirements.txt");

        requirements.Items.Select(item => (item.Name, item.Version, item.Marker, item.Hashes.Count))
            .ShouldBe([("soupsieve", "4.1.2", "python_full_version >= \"3.11.5\"", 2), ("six", "1.17.0", null, 1)]);
    }

    [Theory]
    [InlineData("six")]
    [InlineData("six>=1.17")]
    [InlineData("six==1.17.0")]
    [InlineData("-r other.txt")]
    [InlineData("six==1.17.0 --hash=md5:00")]
    [InlineData("--index-url http://elsewhere")]
    public void Refuses_what_is_not_pinned_by_hash(string line) =>
        Should.Throw<PackageFormatException>(() => Requirements.Parse($"{line}\n", "requirements.txt")).Message.ShouldStartWith("requirements.txt:1: ");

    [Theory]
    [InlineData("Cassandra_Driver", "cassandra-driver")]
    [InlineData("zope.interface", "zope-interface")]
    public void Compares_names_as_indexes_do(string name, string expected) => Requirement.Normalize(name).ShouldBe(expected);
}
