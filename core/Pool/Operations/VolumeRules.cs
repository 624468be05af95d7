using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>What may become a persistent volume. Each rule answers why not, or null.</summary>
internal static class VolumeRules
{
    public static string? WhyNotCreate(ResourceKind kind, OperationCaller caller)
    {
        if (kind.Name != "disk" || kind.Disk is not { Persistence: { } persistence } disk)
            return $"{kind} is no persistent volume; a volume is a disk with disk.persistence and disk.volume";
        if (Names.WhyNotIdentifier("disk.persistence.id", persistence.Id) is { } badId)
            return badId;
        if (persistence.HasPrincipal && persistence.Principal != caller.Principal)
            return $"{kind} is to be made in the name of '{persistence.Principal}', but the caller is '{caller.Principal}'";
        if (!kind.IsReserved)
            return $"{kind} is not reserved; only reserved disk can become a persistent volume";
        if (kind.IsRevocable)
            return $"{kind} is revocable, which can't become a volume";
        if (kind.IsShared && !caller.MayShare)
            return $"{kind} is shared, which needs the framework's capability SHARED_RESOURCES";
        if (disk.Volume is not { } volume)
            return $"{kind} has no disk.volume, which says where tasks find it";
        if (volume.Mode != Volume.Types.Mode.Rw)
            return $"{kind} has a volume of mode {volume.Mode.ToString().ToUpperInvariant()}; RW is allowed";
        if (volume.HasHostPath || volume.Source is not null || volume.Image is not null)
            return $"{kind} names a host_path, source or image in disk.volume; the agent chooses where a persistent volume lies";
        return TaskRules.WhyNotInside(volume.ContainerPath) is { } why
            ? $"disk.volume.container_path '{Names.Printable(volume.ContainerPath)}' {why}"
            : null;
    }

    public static string? WhyNotResize(ResourceBag volume)
    {
        var kind = volume.Entries[0].Kind;
        if (volume.Count != 1 || !kind.IsPersistentVolume)
            return $"{volume} is no persistent volume";
        if (kind.IsShared)
            return $"{kind} is shared; tasks that use it would not know of another size";
        return kind.Disk?.Source?.Type == Resource.Types.DiskInfo.Types.Source.Types.Type.Mount
            ? $"{kind} is a disk of its own, which has the size it has"
            : null;
    }

    /// <summary>Within an agent and a role, an id names one volume.</summary>
    public static string? WhyNotUnique(ResourceBag total, ResourceBag created)
    {
        foreach (var (kind, _) in created)
        {
            if (kind.Disk?.Persistence?.Id is not { } id)
                continue;
            if (total.Any(entry => entry.Kind.Disk?.Persistence?.Id == id && entry.Kind.ReservedTo == kind.ReservedTo))
                return $"There is a persistent volume '{id}' of role '{kind.ReservedTo}' on this agent already";
        }

        return null;
    }
}
