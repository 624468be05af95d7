using DataPlatform.Operators.Sdk.Artifacts;

namespace DataPlatform.Operators.Tests.Sdk.Artifacts;

/// <summary>Has the same answer for everything.</summary>
internal sealed class FixedArtifacts(ArtifactResolution answer) : IArtifactSource
{
    public Task<ArtifactResolution> ResolveAsync(ArtifactNeeds needs, IProgress<ArtifactProgress>? progress, CancellationToken cancellationToken) => Task.FromResult(answer);

    public string? Unavailable(ArtifactNeeds needs) => null;
}
