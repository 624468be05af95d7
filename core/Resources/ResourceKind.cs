using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;

namespace DataPlatform.Core.Resources;

/// <summary>
/// What makes amounts addable: two resources of the same kind are one pile. Immutable; equality and the total order
/// are those of one text key, so they cost one string comparison.
/// </summary>
public sealed class ResourceKind : IEquatable<ResourceKind>, IComparable<ResourceKind>
{
    /// <summary>Shared by all bags: nearly all that hosts have and tasks ask for is of these.</summary>
    private static readonly FrozenDictionary<string, ResourceKind> Common =
        new[] { "cpus", "mem", "disk", "gpus", "ports" }.ToFrozenDictionary(static name => name, static name => new ResourceKind(name));

    private readonly Resource.Types.DiskInfo? _disk;
    private readonly string _key;
    private readonly int _hash;

    /// <summary>The same for the role that was asked for last: a whole fleet is offered to few roles. Any thread may set it.</summary>
    private ResourceKind? _otherAllocation;

    public ResourceKind(
        string name,
        string? allocatedTo = null,
        ImmutableArray<Reservation> reservations = default,
        Resource.Types.DiskInfo? disk = null,
        bool revocable = false,
        bool shared = false,
        string? providerId = null)
    {
        Name = name;
        AllocatedTo = allocatedTo;
        Reservations = reservations.IsDefault ? [] : reservations;
        _disk = disk?.Clone();
        IsRevocable = revocable;
        IsShared = shared;
        ProviderId = providerId;
        _key = MakeKey();
        _hash = StringComparer.Ordinal.GetHashCode(_key);
    }

    /// <summary>Of that name and nothing else: free, not reserved, no volume.</summary>
    public static ResourceKind Plain(string name) => Common.GetValueOrDefault(name) ?? new ResourceKind(name);

    /// <summary>cpus, mem, disk, ports, ...</summary>
    public string Name { get; }

    /// <summary>The role that this is offered or given to; null while it is free.</summary>
    public string? AllocatedTo { get; }

    /// <summary>From the widest role to the narrowest; empty for unreserved resources.</summary>
    public ImmutableArray<Reservation> Reservations { get; }

    /// <summary>A copy: the caller may change it.</summary>
    public Resource.Types.DiskInfo? Disk => _disk?.Clone();

    public bool HasDisk => _disk is not null;

    public bool IsPersistentVolume => _disk?.Persistence is not null;

    public bool IsRevocable { get; }

    public bool IsShared { get; }

    public string? ProviderId { get; }

    public bool IsReserved => !Reservations.IsEmpty;

    /// <summary>The narrowest role that this is reserved to, or "*".</summary>
    public string ReservedTo => Reservations.IsEmpty ? RoleName.Default : Reservations[^1].Role;

    /// <summary>Unreserved, or reserved to the role or to one above it.</summary>
    public bool IsAvailableTo(string role) => Reservations.IsEmpty || RoleName.IsSameOrBelow(role, ReservedTo);

    /// <summary>Available to the role, or it would be if all were given back that was reserved while the agent ran. Volumes stay.</summary>
    public bool MayBeAvailableTo(string role) => IsAvailableTo(role)
        || (!IsPersistentVolume && Reservations.LastOrDefault(layer => layer.Type == ReservationType.Static) is var made && (made is null || RoleName.IsSameOrBelow(role, made.Role)));

    /// <summary>Reserved to the role itself while the agent ran, and no volume: an UNRESERVE gives it back.</summary>
    public bool MayBeUnreservedBy(string role) =>
        !IsPersistentVolume && !Reservations.IsEmpty && Reservations[^1] is { Type: ReservationType.Dynamic } last && last.Role == role;

    /// <summary>As it is after an UNRESERVE: without the narrowest reservation.</summary>
    public ResourceKind Unreserved() => WithReservations(Reservations[..^1]);

    public ResourceKind WithAllocation(string? role)
    {
        if (role == AllocatedTo)
            return this;
        if (_otherAllocation is { } known && known.AllocatedTo == role)
            return known;
        var other = role is null && IsPlain ? Plain(Name) : new ResourceKind(Name, role, Reservations, _disk, IsRevocable, IsShared, ProviderId);
        return _otherAllocation = other;
    }

    public ResourceKind WithReservations(ImmutableArray<Reservation> reservations) =>
        new(Name, AllocatedTo, reservations, _disk, IsRevocable, IsShared, ProviderId);

    /// <summary>The disk that a persistent volume was made of: not shared, and without what only a volume has.</summary>
    public ResourceKind WithoutVolume() => IsPersistentVolume
        ? new ResourceKind(Name, AllocatedTo, Reservations, SourceAlone(), IsRevocable, shared: false, ProviderId)
        : this;

    private bool IsPlain => Reservations.IsEmpty && _disk is null && !IsRevocable && !IsShared && ProviderId is null;

    private Resource.Types.DiskInfo? SourceAlone() =>
        _disk?.Source is { } source ? new Resource.Types.DiskInfo { Source = source.Clone() } : null;

    public bool Equals(ResourceKind? other) =>
        ReferenceEquals(this, other) || (other is not null && _hash == other._hash && _key == other._key);

    public override bool Equals(object? obj) => Equals(obj as ResourceKind);

    public override int GetHashCode() => _hash;

    public int CompareTo(ResourceKind? other) =>
        ReferenceEquals(this, other) ? 0 : string.CompareOrdinal(_key, other?._key);

    public static bool operator ==(ResourceKind? left, ResourceKind? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(ResourceKind? left, ResourceKind? right) => !(left == right);

    public static bool operator <(ResourceKind left, ResourceKind right) => left.CompareTo(right) < 0;

    public static bool operator >(ResourceKind left, ResourceKind right) => left.CompareTo(right) > 0;

    public static bool operator <=(ResourceKind left, ResourceKind right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ResourceKind left, ResourceKind right) => left.CompareTo(right) >= 0;

    /// <summary>cpus, or cpus(kafka) when reserved.</summary>
    public override string ToString()
    {
        var text = IsReserved ? $"{Name}({ReservedTo})" : Name;
        return _disk?.Persistence is { } volume ? $"{text}[{volume.Id}]" : text;
    }

    // Parts are separated by characters that no name may hold, and written with their length where they may hold anything.
    private string MakeKey()
    {
        if (AllocatedTo is null && IsPlain)
            return Name;
        var key = new StringBuilder(Name);
        key.Append('\n').Append(AllocatedTo);
        foreach (var reservation in Reservations)
        {
            key.Append('\n').Append((int)reservation.Type).Append(reservation.Role);
            AppendCounted(key, reservation.Principal);
            foreach (var label in reservation.Labels)
            {
                AppendCounted(key, label.Key);
                AppendCounted(key, label.Value);
            }
        }

        key.Append('\n').Append(IsRevocable ? 'R' : '-').Append(IsShared ? 'S' : '-');
        AppendCounted(key, ProviderId);
        if (_disk is not null)
            key.Append('\n').Append(Convert.ToBase64String(_disk.ToByteArray()));
        return key.ToString();
    }

    private static void AppendCounted(StringBuilder key, string? text) =>
        key.Append('\t').Append(text?.Length ?? -1).Append(':').Append(text);
}
