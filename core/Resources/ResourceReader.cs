using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Resources;

/// <summary>One resource message checked and read.</summary>
internal static class ResourceReader
{
    public static bool TryRead(Resource message, out ResourceEntry entry, [NotNullWhen(false)] out string? reason)
    {
        entry = default;
        reason = ResourceText.WhyInvalidName(message.Name) ?? WhyRolesInvalid(message);
        if (reason is null && TryReadValue(message, out var value, out reason))
        {
            entry = new ResourceEntry(ReadKind(message), value);
            return true;
        }

        reason ??= $"resource '{message.Name}' is invalid";
        return false;
    }

    private static ResourceKind ReadKind(Resource message)
    {
        var role = message.AllocationInfo is { HasRole: true } allocation ? allocation.Role : null;
        var reservations = ReadReservations(message);
        return reservations.IsEmpty && message is { Disk: null, Revocable: null, Shared: null, ProviderId: null }
            ? ResourceKind.Plain(message.Name).WithAllocation(role)
            : new ResourceKind(message.Name, role, reservations, message.Disk, message.Revocable is not null, message.Shared is not null, message.ProviderId?.Value);
    }

    private static bool TryReadValue(Resource message, [NotNullWhen(true)] out ResourceValue? value, out string? reason)
    {
        (value, reason) = (message.Type, message.Scalar, message.Ranges, message.Set) switch
        {
            (Value.Types.Type.Scalar, { } scalar, null, null) => ReadScalar(message.Name, scalar.Value),
            (Value.Types.Type.Ranges, null, { } ranges, null) => ReadRanges(message.Name, ranges),
            (Value.Types.Type.Set, null, null, { } set) => ReadSet(message.Name, set),
            (Value.Types.Type.Scalar or Value.Types.Type.Ranges or Value.Types.Type.Set, _, _, _) => (null,
                $"resource '{message.Name}' has type {message.Type.ToString().ToUpperInvariant()}, so it needs '{message.Type.ToString().ToLowerInvariant()}' and no other value"),
            _ => ((ResourceValue?)null,
                $"resource '{message.Name}' has a type that is no resource's; SCALAR, RANGES and SET are allowed"),
        };
        return value is not null;
    }

    private static (ResourceValue?, string?) ReadScalar(string name, double number) =>
        ResourceAmount.TryFromDouble(number, out var amount)
            ? (new ResourceValue.Scalar(amount), null)
            : (null, $"resource '{name}' has the amount {number}: a number from 0 to {ResourceAmount.Maximum} is allowed");

    private static (ResourceValue?, string?) ReadRanges(string name, Value.Types.Ranges ranges)
    {
        var numbers = IntervalSet.Empty;
        foreach (var range in ranges.Range)
        {
            if (range.End < range.Begin)
                return (null, $"resource '{name}' has the range {range.Begin}-{range.End}, which ends before it begins");
            var next = IntervalSet.Of(new Interval(range.Begin, range.End));
            if (numbers.Overlaps(next))
                return (null, $"resource '{name}' has ranges that overlap at {range.Begin}-{range.End}");
            numbers = numbers.Union(next);
        }

        return (new ResourceValue.Ranges(numbers), null);
    }

    private static (ResourceValue?, string?) ReadSet(string name, Value.Types.Set set)
    {
        var value = ResourceValue.Set.Of(set.Item);
        return value.Items.Count == set.Item.Count
            ? (value, null)
            : (null, $"resource '{name}' has an item twice in its set");
    }

    private static string? WhyRolesInvalid(Resource message)
    {
        if (message.AllocationInfo is { HasRole: true } allocation && RoleName.WhyInvalid(allocation.Role) is { } wrongAllocation)
            return $"resource '{message.Name}' is allocated to a bad role: {wrongAllocation}";
        if (message.HasRole && RoleName.WhyInvalid(message.Role) is { } wrongRole)
            return $"resource '{message.Name}': {wrongRole}";
        if (message.Reservations.Count == 0)
        {
            return message.Reservation is not null && (!message.HasRole || message.Role == RoleName.Default)
                ? $"resource '{message.Name}' is reserved dynamically to '*': a role must be named"
                : null;
        }

        if (message.Reservation is not null || (message.HasRole && message.Role != RoleName.Default && message.Role != message.Reservations[^1].Role))
            return $"resource '{message.Name}' has 'reservations', so 'reservation' and another 'role' are not allowed";
        string? above = null;
        foreach (var reservation in message.Reservations)
        {
            if (!reservation.HasRole || reservation.Role == RoleName.Default || RoleName.WhyInvalid(reservation.Role) is not null)
                return $"resource '{message.Name}' has a reservation without a valid role";
            if (above is not null && (reservation.Role == above || !RoleName.IsSameOrBelow(reservation.Role, above)))
                return $"resource '{message.Name}' has a reservation to '{reservation.Role}' inside one to '{above}', which is not above it";
            above = reservation.Role;
        }

        return null;
    }

    private static ImmutableArray<Reservation> ReadReservations(Resource message)
    {
        if (message.Reservations.Count > 0)
            return [.. message.Reservations.Select(Read)];
        if (!message.HasRole || message.Role == RoleName.Default)
            return [];
        return message.Reservation is { } dynamic
            ? [Read(dynamic) with { Role = message.Role, Type = ReservationType.Dynamic }]
            : [new Reservation(ReservationType.Static, message.Role)];
    }

    private static Reservation Read(Resource.Types.ReservationInfo message) => new(
        message.Type == Resource.Types.ReservationInfo.Types.Type.Static ? ReservationType.Static : ReservationType.Dynamic,
        message.HasRole ? message.Role : RoleName.Default,
        message.HasPrincipal ? message.Principal : null,
        message.Labels is null ? [] : [.. message.Labels.Labels_.Select(label => new ReservationLabel(label.Key, label.HasValue ? label.Value : null))]);
}
