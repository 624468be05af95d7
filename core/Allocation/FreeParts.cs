using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>An agent's free resources parted once: what everyone may be offered, and the roles to which the rest is reserved.</summary>
internal sealed class FreeParts
{
    private FreeParts? _withoutForAll;
    private BagSums? _sums;
    private BagSums? _sumsForAll;

    public FreeParts(ResourceBag free)
    {
        Free = free;
        ForAll = free.Where(static entry => ResourceNames.IsPlain(entry.Kind) && !entry.Kind.IsShared);
        foreach (var entry in free.Entries)
        {
            HasPeculiar |= !entry.Kind.IsReserved && !(ResourceNames.IsPlain(entry.Kind) && !entry.Kind.IsShared);
            if (entry.Kind.IsReserved && !ReservedTo.Contains(entry.Kind.ReservedTo))
                ReservedTo.Add(entry.Kind.ReservedTo);
        }
    }

    public ResourceBag Free { get; }

    public ResourceBag ForAll { get; }

    /// <summary>What is left when everyone's part is held: the very same each time, as it is held and comes back round after round.</summary>
    public FreeParts WithoutForAll => _withoutForAll ??= new FreeParts(Free.Subtract(ForAll));

    public List<string> ReservedTo { get; } = new(1);

    /// <summary>Something is for nobody in particular, but not for everyone either: revocable or shared.</summary>
    public bool HasPeculiar { get; }

    /// <summary>The scalars of one of the parts; null for another bag.</summary>
    public BagSums? Sums(ResourceBag part, ResourceNames names) => ReferenceEquals(part, Free) ? _sums ??= names.Sums(Free)
        : ReferenceEquals(part, ForAll) ? _sumsForAll ??= names.Sums(ForAll)
        : _withoutForAll?.Sums(part, names);

    /// <summary>True for those who can't get more than <see cref="ForAll"/>.</summary>
    public bool IsForAllOnly(string role)
    {
        foreach (var reserved in ReservedTo)
        {
            if (RoleName.IsSameOrBelow(role, reserved))
                return false;
        }

        return !HasPeculiar;
    }
}
