using DataPlatform.Operators.Sdk.Artifacts;

namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>What an agent starts: a program and its arguments, never through a shell.</summary>
/// <param name="Program">Absolute path.</param>
/// <param name="Environment">Secrets belong here or in <paramref name="Files"/>, never in arguments.</param>
/// <param name="Artifacts">Files of the store and where they stand in the sandbox.</param>
/// <param name="Files">Generated files.</param>
public sealed record TaskCommand(
    string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<ArtifactLink> Artifacts,
    IReadOnlyList<GeneratedFile> Files);

/// <param name="Path">Relative to the sandbox.</param>
/// <param name="Unpack">The file is an archive and <paramref name="Path"/> is to be the folder of its members.</param>
public sealed record ArtifactLink(StoredFile File, string Path, bool Unpack);

/// <param name="Path">Relative to the sandbox.</param>
public sealed record GeneratedFile(string Path, string Content);
