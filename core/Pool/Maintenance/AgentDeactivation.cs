using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Pool;

/// <summary>An operator wants nothing new on an agent.</summary>
/// <param name="Drain">Also its tasks are to end; null when they may stay.</param>
/// <param name="Since">On the wall.</param>
public sealed record AgentDeactivation(DrainConfig? Drain, DateTimeOffset Since);
