namespace DataPlatform.Services.Agent.Decisions;

/// <summary>Why a task is being ended by this agent; decides what its terminal update says.</summary>
public enum KillIntent
{
    /// <summary>The framework asked.</summary>
    Killed = 1,

    /// <summary>Its health check failed too often.</summary>
    Unhealthy = 2,

    /// <summary>It ran longer than its max_completion_time.</summary>
    TooLong = 3,

    /// <summary>Its framework or this agent was removed: nobody wants to hear of it.</summary>
    Silent = 4,

    /// <summary>An operator wants this agent empty.</summary>
    Drained = 5,

    /// <summary>It held more disk than it may.</summary>
    TooMuchDisk = 6,
}
