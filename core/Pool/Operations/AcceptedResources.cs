using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>What the offers of one ACCEPT hold, as its operations use and change it one after another.</summary>
/// <param name="unfinished">See <see cref="VolumeRules.Unfinished"/>.</param>
internal sealed class AcceptedResources(PooledAgent agent, string role, ResourceBag available, IEnumerable<ResourceConversion> unfinished)
{
    private readonly HashSet<ResourceKind> shared = [];
    private readonly List<ResourceConversion> converted = [];

    public string Role { get; } = role;

    /// <summary>What no task has taken yet, without the role it is given to.</summary>
    public ResourceBag Available { get; private set; } = available;

    /// <summary>All that the agent has, after the conversions so far.</summary>
    public ResourceBag Total { get; private set; } = agent.Total;

    /// <summary>For a task. A shared volume stays for others.</summary>
    public void Take(ResourceBag needed)
    {
        Available = Available.Subtract(needed.Where(static entry => !entry.Kind.IsShared));
        shared.UnionWith(needed.Where(static entry => entry.Kind.IsShared).Select(static entry => entry.Kind));
    }

    public string? WhyNotConvert(ResourceConversion conversion)
    {
        if (!Available.Contains(conversion.Consumed))
            return $"The operation needs {conversion.Consumed}, but the offer has {Available}";
        // Several offers may hold the same shared volume.
        if (!Total.Contains(conversion.Consumed))
            return $"The operation needs {conversion.Consumed}, but the agent has {Total}";
        return VolumesInUse.WhyNotDestroy(agent, conversion, shared) ?? VolumeRules.WhyNotUnique(Total.Subtract(conversion.Consumed), conversion.Converted)
            ?? VolumeRules.WhyNotYet(unfinished.Concat(converted), conversion);
    }

    public void Convert(ResourceConversion conversion)
    {
        Available = conversion.Apply(Available);
        Total = conversion.Apply(Total);
        converted.Add(conversion);
    }
}
