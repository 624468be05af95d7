namespace DataPlatform.Services.Agent.Decisions;

/// <summary>How the processes of a task came to their end, as far as the host can tell.</summary>
public abstract record TaskEnd
{
    private TaskEnd()
    {
    }

    /// <summary>The main process left this status; 128 + n is what a shell makes of signal n.</summary>
    public sealed record Status(int Value) : TaskEnd;

    /// <summary>The kernel ended processes of the task because it had reached its memory limit.</summary>
    public sealed record OutOfMemory(int? Value, long LimitBytes) : TaskEnd;

    /// <summary>The processes are gone and no status was left behind (the supervisor itself was killed, or the host restarted).</summary>
    public sealed record Unknown : TaskEnd;
}
