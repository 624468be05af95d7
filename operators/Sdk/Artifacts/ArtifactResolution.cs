namespace DataPlatform.Operators.Sdk.Artifacts;

/// <summary>What became of resolving a package.</summary>
public abstract record ArtifactResolution
{
    private ArtifactResolution() { }

    public sealed record Ready(ResolvedArtifacts Artifacts) : ArtifactResolution
    {
        /// <summary>What stands in for what was wanted first and can't be had, and why; null when it is what was wanted.</summary>
        public string? StandIn { get; init; }
    }

    /// <summary>Something can't be had; <paramref name="Reason"/> names it and what to configure.</summary>
    public sealed record Unavailable(string Reason) : ArtifactResolution;

    /// <summary>
    /// Something could be had and is not what was locked; <paramref name="Reason"/> names the file and both digests. Somebody may have
    /// tampered with it: nothing may stand in for it before a person has looked.
    /// </summary>
    public sealed record Mismatched(string Reason) : ArtifactResolution;
}
