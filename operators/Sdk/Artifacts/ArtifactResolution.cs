namespace DataPlatform.Operators.Sdk.Artifacts;

/// <summary>What became of resolving a package.</summary>
public abstract record ArtifactResolution
{
    private ArtifactResolution() { }

    public sealed record Ready(ResolvedArtifacts Artifacts) : ArtifactResolution;

    /// <summary>Something can't be had; <paramref name="Reason"/> names it and what to configure.</summary>
    public sealed record Unavailable(string Reason) : ArtifactResolution;
}
