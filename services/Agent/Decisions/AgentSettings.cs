namespace DataPlatform.Services.Agent.Decisions;

/// <summary>What decisions depend on beside state and input.</summary>
/// <param name="KillGracePeriod">Between SIGTERM and SIGKILL where neither the call nor the task says otherwise.</param>
public sealed record AgentSettings(TimeSpan KillGracePeriod)
{
    /// <summary>How many tasks that have ended and been acknowledged are still shown.</summary>
    public int CompletedTasksKept { get; init; } = 200;

    /// <summary>How long until a SIGKILL of everything is tried again when processes are still left.</summary>
    public TimeSpan DestroyAgain { get; init; } = TimeSpan.FromSeconds(10);
}
