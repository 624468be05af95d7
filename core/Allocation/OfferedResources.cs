using DataPlatform.Core.Resources;

namespace DataPlatform.Core.Allocation;

/// <summary>An offer to be made. The resources carry no allocation stamp: they are given to <see cref="Role"/>.</summary>
public sealed record OfferedResources(string FrameworkId, string Role, string AgentId, ResourceBag Resources);
