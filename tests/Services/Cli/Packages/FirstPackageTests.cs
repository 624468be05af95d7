using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Services.Cli.Packages;
using DataPlatform.Services.Tests.ControlPlane;

namespace DataPlatform.Services.Tests.Cli.Packages;

public sealed class FirstPackageTests
{
    [Theory]
    [InlineData("greeter")]
    [InlineData("my-first-one")]
    public void What_is_written_to_begin_with_is_right(string name)
    {
        using var folder = new TemporaryFolder();
        FirstPackage.Write(Path.Combine(folder.Path, name), name);

        PackageReader.Read(Path.Combine(folder.Path, name)).ShouldBeOfType<PackageReading.Read>().Declaration.Name.ShouldBe(name);
    }
}
