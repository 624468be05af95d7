namespace DataPlatform.Operators.Sdk.Artifacts;

/// <summary>What a package needs first, or what may stand in for it where that can't be had.</summary>
public static class ArtifactChoice
{
    /// <param name="source">Not asked for nothing.</param>
    /// <param name="alternative">Null when nothing may stand in.</param>
    public static async Task<ArtifactResolution> ResolveAsync(
        IArtifactSource source, ArtifactNeeds needs, AlternativeNeeds? alternative, IProgress<ArtifactProgress>? progress, CancellationToken cancellationToken)
    {
        var first = await AskAsync(source, needs, progress, cancellationToken);
        if (first is not ArtifactResolution.Unavailable(var reason) || alternative is null)
            return first;
        var second = await AskAsync(source, alternative.Needs, progress, cancellationToken);
        return second is ArtifactResolution.Ready ready ? ready with { StandIn = $"{alternative.Why}. {reason}" } : second;
    }

    private static async Task<ArtifactResolution> AskAsync(IArtifactSource source, ArtifactNeeds needs, IProgress<ArtifactProgress>? progress, CancellationToken cancellationToken) =>
        needs.Nothing ? new ArtifactResolution.Ready(ResolvedArtifacts.None) : await source.ResolveAsync(needs, progress, cancellationToken);
}
