namespace DataPlatform.Core.Pool;

/// <summary>Why an agent's id is given up.</summary>
internal enum AgentRemoval
{
    /// <summary>An operator declared that it never comes back.</summary>
    MarkedGone,

    /// <summary>Another agent registered in its place.</summary>
    Replaced,

    /// <summary>An operator took its machine down.</summary>
    TakenDown,
}
