namespace DataPlatform.Operators.Sdk.Declared;

/// <summary>A folder of the lake that is there before the first task starts.</summary>
/// <param name="Seed">A folder of the package whose files are copied in where they are not there yet; null for an empty folder.</param>
public sealed record LakeDeclaration(Template Path, string? Seed);
