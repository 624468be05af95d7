namespace DataPlatform.Operators.Sdk.Artifacts;

/// <summary>Where operators get the files that tasks need: the package store behind an HTTP address.</summary>
public interface IArtifactSource
{
    /// <summary>Brings everything that <paramref name="needs"/> names into the store; instant when it is there. A refusal may be asked again.</summary>
    Task<ArtifactResolution> ResolveAsync(ArtifactNeeds needs, IProgress<ArtifactProgress>? progress, CancellationToken cancellationToken);

    /// <summary>Why <paramref name="needs"/> can't be had here and what to configure, as far as can be told at once; null when nothing speaks against it.</summary>
    string? Unavailable(ArtifactNeeds needs);
}
