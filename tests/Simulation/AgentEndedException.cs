namespace DataPlatform.Simulation.Tests;

/// <summary>The agent's process ended in the middle of what it did; another has begun meanwhile.</summary>
internal sealed class AgentEndedException : Exception;
