using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>A framework was asked to leave an agent before it goes away, and has not answered. Immutable.</summary>
/// <param name="Made">On the wall.</param>
public sealed record PooledInverseOffer(string Id, string FrameworkId, string AgentId, Unavailability Unavailability, DateTimeOffset Made);
