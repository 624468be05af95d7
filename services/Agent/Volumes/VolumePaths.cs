using DataPlatform.Core.Resources;

namespace DataPlatform.Services.Agent.Volumes;

/// <summary>Where persistent volumes lie, in Mesos's layout: by role, then by the volume's id.</summary>
internal sealed class VolumePaths(string workDirectory)
{
    public string Root { get; } = Path.Combine(workDirectory, "volumes");

    /// <summary>Volumes that the master no longer names are kept here, for a person to look through.</summary>
    public string SetAside => Path.Combine(Root, "set-aside");

    /// <summary>Destroyed volumes on their way out.</summary>
    public string Destroyed => Path.Combine(Root, "destroyed");

    /// <exception cref="IOException">No name for a folder, or a disk that this agent does not have.</exception>
    public string Of(ResourceKind volume)
    {
        var id = volume.Disk?.Persistence?.Id ?? "";
        if (id.Length is 0 or > 255 || id is "." or ".." || id.AsSpan().IndexOfAny('/', '\\', '\0') >= 0)
            throw new IOException($"'{id}' is no name for a volume");
        if (volume.Disk?.Source is not null)
            throw new IOException("This agent has no disks beside that of its work directory");
        // A role may have slashes.
        return Path.Combine(Root, "roles", Uri.EscapeDataString(volume.ReservedTo), id);
    }
}
