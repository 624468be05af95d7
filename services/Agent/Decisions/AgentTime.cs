namespace DataPlatform.Services.Agent.Decisions;

/// <summary>Two clocks, because they serve two purposes: one can be stepped by anybody who sets the host's time, one can't.</summary>
/// <param name="Steady">For every duration: since any moment of the past, never backwards, not changed by setting the time.</param>
/// <param name="Wall">For stamps that people and frameworks read, and for nothing else.</param>
public readonly record struct AgentTime(TimeSpan Steady, DateTimeOffset Wall)
{
    public static AgentTime Of(TimeProvider time) => new(time.GetElapsedTime(0), time.GetUtcNow());
}
