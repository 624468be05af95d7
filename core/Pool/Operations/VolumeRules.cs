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

    /// <summary>Operations that take volumes away and that the agent has not carried out, or could not.</summary>
    public static IEnumerable<ResourceConversion> Unfinished(PoolState state, PooledAgent agent) => state.OperationsOn(agent.Id)
        .Where(operation => operation.IsPending || operation.IsToBeReversed).Select(operation => operation.Conversion);

    /// <summary>
    /// An agent that is asked again, because it did not answer, could not tell the volume that is to go from the one of the same
    /// id that is to come, and what the first held would be found in the second.
    /// </summary>
    public static string? WhyNotYet(IEnumerable<ResourceConversion> unfinished, ResourceConversion made)
    {
        foreach (var (kind, _) in made.Converted.Where(entry => entry.Kind.IsPersistentVolume && !Has(made.Consumed, entry.Kind)))
        {
            if (unfinished.Any(operation => Has(operation.Consumed, kind) && !Has(operation.Converted, kind)))
                return $"The persistent volume '{kind.Disk?.Persistence?.Id}' of role '{kind.ReservedTo}' is being destroyed on this agent; make another of that id once that is done";
        }

        return null;
    }

    private static bool Has(ResourceBag resources, ResourceKind volume) =>
        resources.Any(entry => entry.Kind.Disk?.Persistence?.Id is { } id && id == volume.Disk?.Persistence?.Id && entry.Kind.ReservedTo == volume.ReservedTo);

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
