using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <param name="LeastAllocatable">An offer holds at least one of these.</param>
public sealed record AllocatorSettings(IReadOnlyList<ResourceQuantities> LeastAllocatable)
{
    /// <summary>0.01 cpus or 32 MB of memory.</summary>
    public static readonly AllocatorSettings Default = new(
    [
        ResourceQuantities.Of(KeyValuePair.Create("cpus", ResourceAmount.FromThousandths(10))),
        ResourceQuantities.Of(KeyValuePair.Create("mem", ResourceAmount.FromUnits(32))),
    ]);

    public bool IsWorthOffering(ResourceBag resources)
    {
        foreach (var least in LeastAllocatable)
        {
            if (Holds(resources, least))
                return true;
        }

        return LeastAllocatable.Count == 0 && !resources.IsEmpty;
    }

    private static bool Holds(ResourceBag resources, ResourceQuantities least)
    {
        foreach (var (name, amount) in least)
        {
            if (resources.Amount(name) < amount)
                return false;
        }

        return true;
    }
}
