using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Pool;

/// <summary>An offer that stands: resources of one agent that one framework may use for one role. Immutable.</summary>
/// <param name="Resources">Without the stamp of the role that they are offered to.</param>
/// <param name="Made">When; by the pool's own clock.</param>
public sealed record PooledOffer(string Id, string FrameworkId, string AgentId, string Role, ResourceBag Resources, DateTimeOffset Made)
{
    /// <summary>As messages tell it: stamped with the role.</summary>
    public ResourceBag Allocated => Resources.AllocatedTo(Role);
}
