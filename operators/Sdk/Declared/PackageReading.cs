namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>What became of reading a package's folder.</summary>
public abstract record PackageReading
{
    private PackageReading() { }

    public sealed record Read(PackageDeclaration Declaration) : PackageReading;

    /// <summary>All that is wrong, in the order of the file.</summary>
    public sealed record Refused(IReadOnlyList<PackageProblem> Problems) : PackageReading;
}
