namespace DataPlatform.Benchmarks.Fleet;

/// <summary>What all emulated agents together have done; safe from any thread.</summary>
internal sealed class FleetCounters
{
    private long _registrations;
    private long _launched;
    private long _finished;
    private long _brokenStreams;
    private long _refusedUpdates;

    /// <summary>REGISTERED events.</summary>
    public long Registrations => Interlocked.Read(ref _registrations);

    /// <summary>RUN_TASK events.</summary>
    public long Launched => Interlocked.Read(ref _launched);

    /// <summary>Tasks whose last update was acknowledged.</summary>
    public long Finished => Interlocked.Read(ref _finished);

    public long BrokenStreams => Interlocked.Read(ref _brokenStreams);

    public long RefusedUpdates => Interlocked.Read(ref _refusedUpdates);

    /// <summary>Why the last registration or update that failed did.</summary>
    public string LastFailure { get; private set; } = "";

    public void Registered() => Interlocked.Increment(ref _registrations);

    public void TaskLaunched() => Interlocked.Increment(ref _launched);

    public void TaskFinished() => Interlocked.Increment(ref _finished);

    public void StreamBroke(string reason)
    {
        Interlocked.Increment(ref _brokenStreams);
        LastFailure = reason;
    }

    public void UpdateRefused(string reason)
    {
        Interlocked.Increment(ref _refusedUpdates);
        LastFailure = reason;
    }
}
