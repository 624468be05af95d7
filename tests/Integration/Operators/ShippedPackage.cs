using DataPlatform.Operators.Sdk.Declared;
using Shouldly;

namespace DataPlatform.Integration.Tests.Operators;

/// <summary>Packages as they come with the platform.</summary>
internal static class ShippedPackage
{
    public static DeclaredPackage Read(string name)
    {
        var folder = Folder(name);
        var reading = PackageReader.Read(folder);
        return new DeclaredPackage(reading.ShouldBeOfType<PackageReading.Read>(reading is PackageReading.Refused refused ? string.Join('\n', refused.Problems) : null).Declaration, folder);
    }

    public static string Folder(string name) => Path.Combine(AppContext.BaseDirectory, "packages", name);
}
