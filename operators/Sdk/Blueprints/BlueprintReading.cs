using DataPlatform.Operators.Sdk.Declared;

namespace DataPlatform.Operators.Sdk.Blueprints;

/// <summary>What became of reading a blueprint.</summary>
public abstract record BlueprintReading
{
    private BlueprintReading() { }

    public sealed record Read(BlueprintDeclaration Declaration) : BlueprintReading;

    /// <summary>All that is wrong, in the order of the file.</summary>
    public sealed record Refused(IReadOnlyList<PackageProblem> Problems) : BlueprintReading;
}
