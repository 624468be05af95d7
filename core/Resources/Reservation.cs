using System.Collections.Immutable;

namespace DataPlatform.Core.Resources;

public enum ReservationType
{
    /// <summary>Made by the agent's own configuration.</summary>
    Static,

    /// <summary>Made by a framework or an operator while the agent runs.</summary>
    Dynamic,
}

public sealed record ReservationLabel(string Key, string? Value);

/// <summary>One layer of a reservation: resources that only a role, and the roles below it, are offered.</summary>
public sealed record Reservation(
    ReservationType Type, string Role, string? Principal, ImmutableArray<ReservationLabel> Labels)
{
    public Reservation(ReservationType type, string role) : this(type, role, null, []) { }

    public bool Equals(Reservation? other) =>
        other is not null && Type == other.Type && Role == other.Role && Principal == other.Principal
        && Labels.SequenceEqual(other.Labels);

    public override int GetHashCode() => HashCode.Combine(Type, Role, Principal, Labels.Length);
}
