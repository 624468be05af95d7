using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>
/// What a role, with all roles below it, is sure to get and may at most have. A resource that is not listed has no
/// guarantee and no limit; a limit of zero forbids it. Reservations count towards both, used or not; revocable resources do not.
/// </summary>
public sealed record Quota(ResourceQuantities Guarantees, ResourceQuantities Limits)
{
    public static readonly Quota None = new(ResourceQuantities.Empty, ResourceQuantities.Empty);

    public bool IsNone => Guarantees.IsEmpty && Limits.IsEmpty;

    /// <summary>Null when no guarantee is above its limit, else what is wrong.</summary>
    public string? WhyInvalid() => Guarantees
        .Where(guarantee => Limits.Lists(guarantee.Key) && guarantee.Value > Limits[guarantee.Key])
        .Select(guarantee => $"the guarantee {guarantee.Key}:{guarantee.Value} is above the limit {Limits[guarantee.Key]}")
        .FirstOrDefault();
}
