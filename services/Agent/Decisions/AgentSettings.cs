namespace DataPlatform.Services.Agent.Decisions;

/// <summary>What decisions depend on beside state and input.</summary>
/// <param name="KillGracePeriod">Between SIGTERM and SIGKILL where neither the call nor the task says otherwise.</param>
public sealed record AgentSettings(TimeSpan KillGracePeriod)
{
    /// <summary>From an executor's start to its SUBSCRIBE.</summary>
    public TimeSpan ExecutorRegistrationTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>From a start of the agent to the SUBSCRIBE of an executor that it finds: several times what an executor waits between tries.</summary>
    public TimeSpan ExecutorReregistrationTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Of one task of an executor that a framework brings: with so many unacknowledged, more are not taken.</summary>
    public int WaitingUpdatesOfTask { get; init; } = 100;

    /// <summary>Bounds how many tasks are taken in; null: nothing does.</summary>
    public DescriptorBudget? Descriptors { get; init; }

    /// <summary>How many tasks that have ended and been acknowledged are still shown.</summary>
    public int CompletedTasksKept { get; init; } = 200;

    /// <summary>The same of executors that have ended, as many as Mesos keeps of a framework.</summary>
    public int CompletedExecutorsKept { get; init; } = 150;

    /// <summary>How long until a SIGKILL of everything is tried again when processes are still left.</summary>
    public TimeSpan DestroyAgain { get; init; } = TimeSpan.FromSeconds(10);
}
