using DataPlatform.Operators.Sdk.Artifacts;

namespace DataPlatform.Operators.Sdk.Specification;

/// <summary>What an agent starts: a program and its arguments, never through a shell.</summary>
/// <param name="Program">Absolute path.</param>
/// <param name="Environment">For secrets there are <see cref="Secrets"/> and <paramref name="Files"/>; they never stand in arguments.</param>
/// <param name="Artifacts">Files of the store and where they stand in the sandbox.</param>
/// <param name="Files">Generated files, for the task's user alone.</param>
public sealed record TaskCommand(
    string Program, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<ArtifactLink> Artifacts,
    IReadOnlyList<GeneratedFile> Files)
{
    /// <summary>Further variables of the environment, with values that nobody else is to see.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>(0);
}

/// <param name="Path">Relative to the sandbox.</param>
/// <param name="Unpack">The file is an archive and <paramref name="Path"/> is to be the folder of its members.</param>
public sealed record ArtifactLink(StoredFile File, string Path, bool Unpack);

/// <param name="Path">Relative to the sandbox.</param>
public sealed record GeneratedFile(string Path, string Content);
