namespace DataPlatform.Operators.Sdk.Artifacts;

/// <summary>The files of a package, all in the store.</summary>
/// <param name="Python">A tar of <c>site-packages/</c> and <c>share/</c>; null when the package needs none.</param>
public sealed record ResolvedArtifacts(IReadOnlyList<StoredFile> Jars, StoredFile? Python)
{
    public static ResolvedArtifacts None { get; } = new([], null);
}
