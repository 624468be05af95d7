using DataPlatform.Operators.Sdk.Packages;

namespace DataPlatform.Operators.Sdk.Artifacts;

/// <summary>What a cluster needs from the package store.</summary>
/// <param name="Package">The package's name.</param>
/// <param name="Folder">The package's folder: <c>pom.xml</c>, <c>lock.sha256</c>, <c>requirements.txt</c>.</param>
/// <param name="Jars">The Maven closure that the lock lists.</param>
/// <param name="Python">The Python environment that the requirements pin.</param>
public sealed record ArtifactNeeds(string Package, string Folder, bool Jars, bool Python)
{
    public bool Nothing => !Jars && !Python;

    /// <summary>Which of the jars' programs start from an archive of their classes; null when none does. It is no part of what is needed.</summary>
    public ClassTraining? Training { get; init; }

    public bool Equals(ArtifactNeeds? other) => other is not null && (Package, Folder, Jars, Python) == (other.Package, other.Folder, other.Jars, other.Python);

    public override int GetHashCode() => HashCode.Combine(Package, Folder, Jars, Python);
}
