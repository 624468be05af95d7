namespace DataPlatform.Operators.Sdk.Artifacts;

/// <summary>How far resolving is, for people to see.</summary>
/// <param name="Activity">What is being done, such as <c>jars from Maven</c>.</param>
/// <param name="Bytes">Bytes of what is there.</param>
public sealed record ArtifactProgress(string Activity, int Done, int Total, long Bytes = 0);
