using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <param name="LeastAllocatable">An offer holds at least one of these.</param>
public sealed record AllocatorSettings(IReadOnlyList<ResourceQuantities> LeastAllocatable)
{
    /// <summary>The master's region; agents of another one are for frameworks that ask for such. Null: there are no others.</summary>
    public string? Region { get; init; }

    /// <summary>
    /// What is reserved and idle, or kept for a guarantee, is offered as revocable to frameworks with REVOCABLE_RESOURCES.
    /// </summary>
    public bool LendsIdle { get; init; }

    /// <summary>Agents with gpus are offered to frameworks with GPU_RESOURCES only, so that others don't fill them up.</summary>
    public bool FilterGpuResources { get; init; } = true;

    /// <summary>0.01 cpus or 32 MB of memory.</summary>
    public static readonly AllocatorSettings Default = new(
    [
        ResourceQuantities.Of(KeyValuePair.Create("cpus", ResourceAmount.FromThousandths(10))),
        ResourceQuantities.Of(KeyValuePair.Create("mem", ResourceAmount.FromUnits(32))),
    ]);

    public bool IsWorthOffering(ResourceBag resources) => IsWorthOffering(resources, LeastAllocatable);

    public static bool IsWorthOffering(ResourceBag resources, IReadOnlyList<ResourceQuantities> leastAllocatable)
    {
        for (var index = 0; index < leastAllocatable.Count; index++)
        {
            if (Holds(resources, leastAllocatable[index]))
                return true;
        }

        return leastAllocatable.Count == 0 && !resources.IsEmpty;
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
