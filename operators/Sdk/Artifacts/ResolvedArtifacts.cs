namespace DataPlatform.Operators.Sdk.Artifacts;

/// <summary>The files of a package, all in the store.</summary>
/// <param name="Python">A tar of <c>site-packages/</c>, <c>share/</c> and <c>etc/</c>; null when the package needs none.</param>
public sealed record ResolvedArtifacts(IReadOnlyList<StoredFile> Jars, StoredFile? Python)
{
    /// <summary>The jars as one tar whose members lie in no folder: one address and one link in a sandbox. Null when there are none.</summary>
    public StoredFile? JarsArchive { get; init; }

    /// <summary>
    /// Archives of the classes that the package's programs load, by the program's name, as far as they were made by now: with
    /// <c>-XX:SharedArchiveFile</c> a program starts in about half of its time.
    /// </summary>
    public IReadOnlyDictionary<string, StoredFile> ClassArchives { get; init; } = new Dictionary<string, StoredFile>(0);

    public static ResolvedArtifacts None { get; } = new([], null);
}
