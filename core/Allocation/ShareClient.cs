using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>A framework in one of its roles: what is offered to.</summary>
internal sealed class ShareClient(string frameworkId, string role, int index) : ShareNode(frameworkId)
{
    public string FrameworkId { get; } = frameworkId;

    public string Role { get; } = role;

    /// <summary>Its bit in every <see cref="ClientSet"/>; another one after all that it refused is forgotten.</summary>
    public int Index { get; set; } = index;

    /// <summary>False when the framework left the role and only what it still holds there is counted.</summary>
    public bool IsSubscribed { get; set; }

    public bool IsSuppressed { get; set; }

    /// <summary>On how many agents it holds something.</summary>
    public int Holdings { get; set; }

    public int Depth { get; set; }

    public FrameworkTraits Traits { get; set; } = FrameworkTraits.Plain;

    /// <summary>The nearest role with a quota, at its own or above; null when there is none.</summary>
    public QuotaNode? Quota { get; set; }

    public bool HasOwnLeast => Traits.LeastAllocatable.ContainsKey(Role);

    /// <summary>Whether it was counted among those with an own least.</summary>
    public bool IsChoosy { get; set; }

    /// <summary>What an offer to it must hold one of; null for what the settings say.</summary>
    public IReadOnlyList<ResourceQuantities>? Least => Traits.LeastAllocatable.GetValueOrDefault(Role);
}
