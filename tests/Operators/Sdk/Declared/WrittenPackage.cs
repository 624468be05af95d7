using DataPlatform.Operators.Sdk.Declared;
using DataPlatform.Operators.Tests.Sdk.Packages;

namespace DataPlatform.Operators.Tests.Sdk.Declared;

/// <summary>A package that a test writes into a folder of its own.</summary>
internal static class WrittenPackage
{
    public static PackageReading Read(this TemporaryFolder folder, string yaml)
    {
        folder.Write("package.yaml", yaml);
        return PackageReader.Read(folder.Path);
    }

    /// <summary>Of which nothing is wrong.</summary>
    public static DeclaredPackage Package(this TemporaryFolder folder, string yaml)
    {
        var reading = folder.Read(yaml);
        return new DeclaredPackage(reading.ShouldBeOfType<PackageReading.Read>(reading is PackageReading.Refused refused ? string.Join('\n', refused.Problems) : null).Declaration, folder.Path);
    }
}
