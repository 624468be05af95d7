using DataPlatform.Core.Resources;

namespace DataPlatform.Services.Agent.Volumes;

/// <summary>Where persistent volumes and the record of what is reserved lie. Each step is on the disk when it returns.</summary>
internal interface IVolumeDisk
{
    /// <summary>The same for two kinds that are one volume, whatever its size.</summary>
    /// <exception cref="IOException">There is no place for such a volume.</exception>
    string PlaceOf(ResourceKind volume);

    /// <summary>Empty, if it is not there.</summary>
    /// <exception cref="IOException">It can't be made.</exception>
    void Make(ResourceKind volume);

    /// <summary>Out of the way, for a person to look through.</summary>
    /// <exception cref="IOException">It can't be moved.</exception>
    void SetAside(ResourceKind volume);

    /// <exception cref="IOException">It can't be removed.</exception>
    void Destroy(ResourceKind volume);

    /// <summary>Replaces the record, whole or not at all.</summary>
    /// <exception cref="IOException">It is still the one before.</exception>
    void Keep(ResourceBag converted);
}
