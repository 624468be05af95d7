namespace DataPlatform.Services.Agent.Fetching;

/// <summary>What is left of a task's bounds while its artifacts come in. For several threads.</summary>
/// <param name="limits">The agent's bounds.</param>
/// <param name="diskBytes">The disk that the task has been given, which holds what is its own; null where it has none.</param>
internal sealed class FetchBudget(FetchLimits limits, long? diskBytes)
{
    private long transferred;
    private long own;

    public FetchLimits Limits => limits;

    /// <exception cref="FetchException">More has come than may.</exception>
    public void Transfer(FetchItem item, long bytes)
    {
        if (Interlocked.Add(ref transferred, bytes) > limits.Bytes)
            throw new FetchException($"Cannot fetch {item.Display}: a task's artifacts may have {limits.Bytes} bytes together ({FetchLimits.BytesSetting})");
        if (!item.IsShared)
            Keep(item, bytes);
    }

    /// <summary>A transfer that is tried again: its bytes are gone.</summary>
    public void GiveBack(FetchItem item, long bytes)
    {
        Interlocked.Add(ref transferred, -bytes);
        if (!item.IsShared)
            Interlocked.Add(ref own, -bytes);
    }

    /// <summary>Bytes that stay in the sandbox.</summary>
    /// <exception cref="FetchException">The task's disk can't hold them.</exception>
    public void Keep(FetchItem item, long bytes)
    {
        if (Interlocked.Add(ref own, bytes) > diskBytes)
            throw new FetchException($"Cannot fetch {item.Display}: with it the task's artifacts are larger than the {diskBytes} bytes of its disk");
    }
}
