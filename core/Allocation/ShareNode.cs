namespace DataPlatform.Core.Allocation;

/// <summary>Whoever has a share of the pool: a role, the frameworks directly in it, one framework. Amounts in thousandths.</summary>
internal abstract class ShareNode(string path)
{
    private double _weight = 1;

    /// <summary>Breaks the last ties, so that the order is total.</summary>
    public string Path { get; } = path;

    public ShareGroup? Parent { get; set; }

    /// <summary>Its number within the parent.</summary>
    public int Slot { get; set; }

    /// <summary>What it has, offered or in use, by the number of the resource.</summary>
    public long[] Allocated { get; private set; } = [];

    /// <summary>Its dominant share divided by its weight.</summary>
    public double Share { get; private set; }

    /// <summary>Since its place among the others was last found.</summary>
    public bool HasChanged { get; set; }

    /// <summary>How often it was given something: who got less often comes first among equals.</summary>
    public long Given { get; set; }

    public double Weight
    {
        get => _weight;
        set => _weight = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "a weight is above 0");
    }

    public void Change(long[] sums, int sign)
    {
        if (Allocated.Length < sums.Length)
        {
            var longer = new long[sums.Length];
            Allocated.CopyTo(longer, 0);
            Allocated = longer;
        }

        for (var index = 0; index < sums.Length; index++)
            Allocated[index] += sign * sums[index];
    }

    /// <summary>Exact integers divided once each: the same on every run, and ties are broken by other means.</summary>
    public void Measure(long[] total)
    {
        var share = 0.0;
        var count = Math.Min(total.Length, Allocated.Length);
        for (var index = 0; index < count; index++)
        {
            if (Allocated[index] > 0 && total[index] > 0)
                share = Math.Max(share, (double)Allocated[index] / total[index]);
        }

        Share = share / _weight;
    }

    public static int Compare(ShareNode left, ShareNode right)
    {
        var order = left.Share.CompareTo(right.Share);
        if (order != 0)
            return order;
        order = left.Given.CompareTo(right.Given);
        return order != 0 ? order : string.CompareOrdinal(left.Path, right.Path);
    }
}
