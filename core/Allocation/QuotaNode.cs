using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>A role with a quota, and what counts towards it. Amounts in thousandths by the number of the resource.</summary>
internal sealed class QuotaNode(string role, Quota quota)
{
    public string Role { get; } = role;

    public Quota Quota { get; } = quota;

    /// <summary>The nearest role above that has a quota too; the tree's root for those without.</summary>
    public QuotaNode? Parent { get; set; }

    /// <summary>Zero for none.</summary>
    public long[] Guarantees { get; private set; } = [];

    /// <summary><see cref="long.MaxValue"/> for none.</summary>
    public long[] Limits { get; private set; } = [];

    /// <summary>Held or offered without a reservation, and all that is reserved, in the role and below it.</summary>
    public long[] Consumed { get; private set; } = [];

    /// <summary>What must stay free so that this role's guarantee and all below can be met.</summary>
    public long[] Need { get; private set; } = [];

    /// <summary>The sum of what the quotas directly below need.</summary>
    public long[] NeedBelow { get; private set; } = [];

    public void Count(ReadOnlySpan<long> sums, int sign)
    {
        for (var index = 0; index < sums.Length; index++)
        {
            if (sums[index] == 0)
                continue;
            Consumed[index] += sign * sums[index];
            CountNeed(index);
        }
    }

    public void CountNeed(int index)
    {
        var need = Math.Max(Math.Max(Guarantees[index] - Consumed[index], NeedBelow[index]), 0);
        var more = need - Need[index];
        if (more == 0)
            return;
        Need[index] = need;
        if (Parent is { } above)
        {
            above.NeedBelow[index] += more;
            above.CountNeed(index);
        }
    }

    /// <summary>How much more may be consumed here; the limits above may allow less.</summary>
    public long LeftOfLimit(int index) =>
        index >= Limits.Length || Limits[index] == long.MaxValue ? long.MaxValue : Limits[index] - Consumed[index];

    /// <summary>What this guarantee still gives to the branch, apart from what other branches below are sure of.</summary>
    public long OpenFor(int index, QuotaNode? branch) =>
        Guarantees[index] - Consumed[index] - (NeedBelow[index] - (branch?.Need[index] ?? 0));

    public bool IsBelowGuarantee
    {
        get
        {
            for (var index = 0; index < Guarantees.Length; index++)
            {
                if (Guarantees[index] > Consumed[index])
                    return true;
            }

            return false;
        }
    }

    /// <summary>Room for one more resource; a quota says nothing of it, but it is counted.</summary>
    public void Grow(int count)
    {
        if (count <= Consumed.Length)
            return;
        var before = Limits.Length;
        (Guarantees, Limits, Consumed) = (Longer(Guarantees, count), Longer(Limits, count), Longer(Consumed, count));
        (Need, NeedBelow) = (Longer(Need, count), Longer(NeedBelow, count));
        Limits.AsSpan(before).Fill(long.MaxValue);
    }

    /// <summary>Takes the quota's amounts over; the resources it names have their numbers already.</summary>
    public void Read(ResourceNames names)
    {
        Grow(names.Count);
        foreach (var (name, amount) in Quota.Guarantees)
            Guarantees[names.IndexOf(name)] = amount.Thousandths;
        foreach (var (name, amount) in Quota.Limits)
            Limits[names.IndexOf(name)] = amount.Thousandths;
        for (var index = 0; index < names.Count; index++)
            CountNeed(index);
    }

    private static long[] Longer(long[] amounts, int count)
    {
        Array.Resize(ref amounts, count);
        return amounts;
    }
}
