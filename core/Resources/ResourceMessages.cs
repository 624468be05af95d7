using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Resources;

/// <summary>Resources to and from the wire's messages. Reading accepts both formats of reservations and refuses what is no resource.</summary>
public static class ResourceMessages
{
    /// <exception cref="FormatException">The message says which resource is wrong and why.</exception>
    public static ResourceBag ToBag(this IEnumerable<Resource> messages) =>
        TryRead(messages, out var bag, out var reason) ? bag : throw new FormatException(reason);

    /// <summary>Keeps allocation stamps; <see cref="ResourceBag.Unallocated"/> takes them off.</summary>
    public static bool TryRead(
        IEnumerable<Resource> messages, [NotNullWhen(true)] out ResourceBag? bag, [NotNullWhen(false)] out string? reason)
    {
        bag = null;
        var sum = ResourceBag.Empty;
        foreach (var message in messages)
        {
            if (!ResourceReader.TryRead(message, out var entry, out reason))
                return false;
            var single = ResourceBag.Of(entry);
            if (sum.ConflictsWith(single))
            {
                reason = $"resource '{entry.Kind}' is listed twice: {sum.Find(entry.Kind)} and {entry.Value} cannot be added up";
                return false;
            }

            sum = sum.Add(single);
        }

        bag = sum;
        reason = null;
        return true;
    }

    public static IEnumerable<Resource> ToMessages(this ResourceBag bag, ResourceFormat format = ResourceFormat.Refined)
    {
        foreach (var entry in bag)
            yield return ToMessage(entry, format);
    }

    public static Resource ToMessage(ResourceEntry entry, ResourceFormat format = ResourceFormat.Refined)
    {
        var kind = entry.Kind;
        Write(entry.Value, out var type, out var scalar, out var ranges, out var set);
        var message = new Resource { Name = kind.Name, Type = type, Scalar = scalar, Ranges = ranges, Set = set };
        if (kind.AllocatedTo is { } role)
            message.AllocationInfo = new Resource.Types.AllocationInfo { Role = role };
        if (kind.HasDisk)
            message.Disk = kind.Disk;
        if (kind.IsRevocable)
            message.Revocable = new Resource.Types.RevocableInfo();
        if (kind.IsShared)
            message.Shared = new Resource.Types.SharedInfo();
        if (kind.ProviderId is { } provider)
            message.ProviderId = new ResourceProviderID { Value = provider };
        WriteReservations(message, kind.Reservations, format);
        return message;
    }

    /// <summary>Scalars by name, as quotas are told on the wire.</summary>
    public static bool TryReadQuantities(
        IEnumerable<KeyValuePair<string, Value.Types.Scalar>> scalars,
        [NotNullWhen(true)] out ResourceQuantities? quantities, [NotNullWhen(false)] out string? reason)
    {
        quantities = null;
        var amounts = new List<KeyValuePair<string, ResourceAmount>>();
        foreach (var (name, scalar) in scalars)
        {
            if (ResourceText.WhyInvalidName(name) is { } wrong)
            {
                reason = wrong;
                return false;
            }

            if (!ResourceAmount.TryFromDouble(scalar.Value, out var amount))
            {
                reason = $"'{name}' has the amount {scalar.Value}: a number from 0 to {ResourceAmount.Maximum} is allowed";
                return false;
            }

            amounts.Add(KeyValuePair.Create(name, amount));
        }

        quantities = ResourceQuantities.Of(amounts);
        reason = null;
        return true;
    }

    internal static void Write(
        ResourceValue value, out Value.Types.Type type,
        out Value.Types.Scalar? scalar, out Value.Types.Ranges? ranges, out Value.Types.Set? set)
    {
        (scalar, ranges, set) = (null, null, null);
        switch (value)
        {
            case ResourceValue.Scalar(var amount):
                type = Value.Types.Type.Scalar;
                scalar = new Value.Types.Scalar { Value = amount.ToDouble() };
                break;
            case ResourceValue.Ranges(var numbers):
                type = Value.Types.Type.Ranges;
                ranges = new Value.Types.Ranges();
                foreach (var interval in numbers)
                    ranges.Range.Add(new Value.Types.Range { Begin = interval.First, End = interval.Last });
                break;
            case ResourceValue.Set(var items):
                type = Value.Types.Type.Set;
                set = new Value.Types.Set();
                set.Item.Add(items);
                break;
            default:
                throw new InvalidOperationException($"a value of form {value.Form} has no message");
        }
    }

    private static void WriteReservations(Resource message, ImmutableArray<Reservation> reservations, ResourceFormat format)
    {
        if (format == ResourceFormat.Refined || reservations.Length > 1)
        {
            message.Reservations.Add(reservations.Select(ToMessage));
            return;
        }

        message.Role = reservations.IsEmpty ? RoleName.Default : reservations[0].Role;
        if (!reservations.IsEmpty && reservations[0].Type == ReservationType.Dynamic)
        {
            message.Reservation = ToMessage(reservations[0]);
            message.Reservation.ClearRole();
            message.Reservation.ClearType();
        }
    }

    private static Resource.Types.ReservationInfo ToMessage(Reservation reservation)
    {
        var message = new Resource.Types.ReservationInfo
        {
            Role = reservation.Role,
            Type = reservation.Type == ReservationType.Static
                ? Resource.Types.ReservationInfo.Types.Type.Static
                : Resource.Types.ReservationInfo.Types.Type.Dynamic,
        };
        if (reservation.Principal is { } principal)
            message.Principal = principal;
        if (reservation.Labels.IsEmpty)
            return message;
        message.Labels = new Labels();
        foreach (var (key, value) in reservation.Labels)
        {
            var label = new Label { Key = key };
            if (value is not null)
                label.Value = value;
            message.Labels.Labels_.Add(label);
        }

        return message;
    }
}
