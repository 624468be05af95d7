using System.Diagnostics.CodeAnalysis;
using DataPlatform.Core.Protocol;
using DataPlatform.Core.Protocol.Mesos;
using DataPlatform.Core.Resources;
using OperationType = DataPlatform.Core.Protocol.Mesos.Offer.Types.Operation.Types.Type;

namespace DataPlatform.Core.Pool;

/// <summary>What an operation turns into what. Each rule answers why not, or null; whether the resources are there is not looked at.</summary>
internal static class OperationRules
{
    public static bool TryRead(
        Offer.Types.Operation operation, OperationCaller caller,
        [NotNullWhen(true)] out ResourceConversion? conversion, [NotNullWhen(false)] out string? why)
    {
        conversion = null;
        why = operation.Type switch
        {
            OperationType.Reserve when operation.Reserve is { } body => Reserve(body, caller, out conversion),
            OperationType.Unreserve when operation.Unreserve is { } body => Unreserve(body, caller, out conversion),
            OperationType.Create when operation.Create is { } body => Create(body, caller, out conversion),
            OperationType.Destroy when operation.Destroy is { } body => Destroy(body, caller, out conversion),
            OperationType.GrowVolume when operation.GrowVolume is { } body => Grow(body, caller, out conversion),
            OperationType.ShrinkVolume when operation.ShrinkVolume is { } body => Shrink(body, caller, out conversion),
            OperationType.CreateDisk or OperationType.DestroyDisk =>
                $"{WireName.Of(operation.Type)} is for disks of a resource provider, and this pool's agents have none",
            _ => $"The operation of type {WireName.Of(operation.Type)} does not carry what its type names",
        };
        return why is null;
    }

    private static string? Reserve(Offer.Types.Operation.Types.Reserve body, OperationCaller caller, out ResourceConversion? conversion)
    {
        conversion = null;
        if (Read("reserve.resources", body.Resources, caller, out var reserved) is { } unreadable)
            return unreadable;
        foreach (var (kind, _) in reserved)
        {
            if (WhyNotLayer(kind, caller) is { } why)
                return why;
        }

        if (body.Source.Count == 0)
        {
            conversion = new ResourceConversion(WithoutLayer(reserved), reserved);
            return null;
        }

        if (Read("reserve.source", body.Source, caller, out var source) is { } badSource)
            return badSource;
        if (!ConvertedResources.MadeFrom(source).Equals(ConvertedResources.MadeFrom(reserved)) || source.Any(static entry => entry.Kind.IsPersistentVolume))
            return $"reserve.source is {source}, which is not what {reserved} can be made from";
        conversion = new ResourceConversion(source, reserved);
        return null;
    }

    private static string? WhyNotLayer(ResourceKind kind, OperationCaller caller)
    {
        if (!kind.IsReserved || kind.Reservations[^1].Type != ReservationType.Dynamic)
            return $"{kind} carries no dynamic reservation; name it as it is to be: with reservations, the last of type DYNAMIC";
        if (kind.IsPersistentVolume)
            return $"{kind} is a persistent volume; reserve the disk, then CREATE the volume on it";
        if (kind.IsRevocable)
            return $"{kind} is revocable, which can't be reserved";
        var layer = kind.Reservations[^1];
        if (caller.Role is { } role && layer.Role != role)
            return $"{kind} is to be reserved to '{layer.Role}', but the offer is for '{role}'";
        return layer.Principal is null || layer.Principal == caller.Principal
            ? null
            : $"{kind} is reserved in the name of '{layer.Principal}', but the caller is '{caller.Principal}'";
    }

    private static string? Unreserve(Offer.Types.Operation.Types.Unreserve body, OperationCaller caller, out ResourceConversion? conversion)
    {
        conversion = null;
        if (Read("unreserve.resources", body.Resources, caller, out var resources) is { } unreadable)
            return unreadable;
        foreach (var (kind, _) in resources)
        {
            if (!kind.IsReserved || kind.Reservations[^1].Type != ReservationType.Dynamic)
                return $"{kind} carries no dynamic reservation that could be taken off";
            if (kind.IsPersistentVolume)
                return $"{kind} is a persistent volume; DESTROY it first";
        }

        conversion = new ResourceConversion(resources, WithoutLayer(resources));
        return null;
    }

    private static string? Create(Offer.Types.Operation.Types.Create body, OperationCaller caller, out ResourceConversion? conversion)
    {
        conversion = null;
        if (Read("create.volumes", body.Volumes, caller, out var volumes) is { } unreadable)
            return unreadable;
        foreach (var (kind, _) in volumes)
        {
            if (VolumeRules.WhyNotCreate(kind, caller) is { } why)
                return why;
        }

        conversion = new ResourceConversion(WithoutVolumes(volumes), volumes);
        return null;
    }

    private static string? Destroy(Offer.Types.Operation.Types.Destroy body, OperationCaller caller, out ResourceConversion? conversion)
    {
        conversion = null;
        if (Read("destroy.volumes", body.Volumes, caller, out var volumes) is { } unreadable)
            return unreadable;
        foreach (var (kind, _) in volumes)
        {
            if (!kind.IsPersistentVolume)
                return $"{kind} is no persistent volume";
        }

        conversion = new ResourceConversion(volumes, WithoutVolumes(volumes));
        return null;
    }

    private static string? Grow(Offer.Types.Operation.Types.GrowVolume body, OperationCaller caller, out ResourceConversion? conversion)
    {
        conversion = null;
        if (Read("grow_volume.volume", [body.Volume], caller, out var volume) is { } badVolume)
            return badVolume;
        if (Read("grow_volume.addition", [body.Addition], caller, out var addition) is { } badAddition)
            return badAddition;
        if (VolumeRules.WhyNotResize(volume) is { } why)
            return why;
        if (addition.Count != 1 || addition.Entries[0].Kind != volume.Entries[0].Kind.WithoutVolume())
            return $"grow_volume.addition is {addition}; it has to be disk of the kind that the volume was made from";
        conversion = new ResourceConversion(volume.Add(addition), ResourceBag.Of(volume.Entries[0] with
        {
            Value = volume.Entries[0].Value.Add(addition.Entries[0].Value),
        }));
        return null;
    }

    private static string? Shrink(Offer.Types.Operation.Types.ShrinkVolume body, OperationCaller caller, out ResourceConversion? conversion)
    {
        conversion = null;
        if (Read("shrink_volume.volume", [body.Volume], caller, out var volume) is { } badVolume)
            return badVolume;
        if (VolumeRules.WhyNotResize(volume) is { } why)
            return why;
        if (!ResourceAmount.TryFromDouble(body.Subtract.Value, out var amount) || amount.IsZero)
            return $"shrink_volume.subtract is {body.Subtract.Value}; an amount above 0 is needed";
        var (kind, value) = volume.Entries[0];
        var less = new ResourceValue.Scalar(amount);
        if (!value.Contains(less) || value.Equals(less))
            return $"shrink_volume.subtract is {amount}, but the volume has {value}: something of it must remain";
        conversion = new ResourceConversion(volume, ResourceBag.Of(
            new ResourceEntry(kind, value.Subtract(less)), new ResourceEntry(kind.WithoutVolume(), less)));
        return null;
    }

    private static string? Read(string where, IEnumerable<Resource> messages, OperationCaller caller, out ResourceBag resources)
    {
        resources = ResourceBag.Empty;
        if (!ResourceMessages.TryRead(messages, out var read, out var reason))
            return $"{where}: {reason}";
        if (read.IsEmpty)
            return $"{where} names no resources";
        if (caller.Role is { } role && read.AllocationRoles().FirstOrDefault(other => other != role) is { } stranger)
            return $"{where} has resources allocated to role '{stranger}', but the offer is for '{role}'";
        if (read.FirstOrDefault(static entry => entry.Kind.ProviderId is not null) is { Kind: { } provided })
            return $"{where}: {provided} is of a resource provider, and this pool's agents have none";
        resources = read.Unallocated();
        return null;
    }

    private static ResourceBag WithoutLayer(ResourceBag resources) =>
        ResourceBag.Of(resources.Select(static entry => entry with { Kind = entry.Kind.WithReservations(entry.Kind.Reservations[..^1]) }));

    private static ResourceBag WithoutVolumes(ResourceBag volumes) =>
        ResourceBag.Of(volumes.Select(static entry => entry with { Kind = entry.Kind.WithoutVolume() }));
}
