using DataPlatform.Core.Allocation;
using DataPlatform.Core.Resources;
using DataPlatform.Services.Hosting.Settings;

namespace DataPlatform.Services.Master.Settings;

/// <summary>What offers hold and who gets them.</summary>
internal static class AllocationSettings
{
    private const string Least = "min-allocatable-resources";

    public static IReadOnlyList<Setting> All { get; } =
    [
        new(Least, "RESOURCES", "cpus:0.01|mem:32", "An offer holds at least one of these, separated by '|'"),
        new("filter-gpu-resources", "", "true", "Offer agents with gpus to frameworks with GPU_RESOURCES only", IsSwitch: true),
        new("lend-idle-resources", "", "false",
            "Offer what is reserved and idle, or kept for a guarantee, as revocable to frameworks with REVOCABLE_RESOURCES; whose it is gets it back by killing their tasks", IsSwitch: true),
    ];

    public static AllocatorSettings From(SettingValues values) => new([.. values.Text(Least).Split('|').Select(text => Quantities(values, text))])
    {
        FilterGpuResources = values.Switch("filter-gpu-resources"),
        LendsIdle = values.Switch("lend-idle-resources"),
    };

    private static ResourceQuantities Quantities(SettingValues values, string text)
    {
        if (!ResourceText.TryParse(text, out var resources, out var reason))
            throw values.Refuse(Least, $"has '{text}': {reason}");
        return resources.Quantities is { IsEmpty: false } least && resources.Count == least.Count()
            ? least
            : throw values.Refuse(Least, $"has '{text}': amounts such as cpus:0.01;mem:32 are allowed, unreserved and more than 0");
    }
}
