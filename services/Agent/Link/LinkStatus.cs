namespace DataPlatform.Services.Agent.Link;

/// <summary>How this agent stands with its master, for whoever asks after its health. For any thread.</summary>
internal sealed class LinkStatus(TimeProvider time)
{
    /// <summary>A link may be down for so long before the agent calls itself unhealthy: a master takes as long to give it up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(75);

    private readonly Lock changing = new();
    private bool registered;
    private long changed = time.GetTimestamp();
    private DateTimeOffset since = time.GetUtcNow();
    private string? lastError;

    public void Registered() => Change(true, null);

    public void Lost() => Change(false, null);

    /// <param name="reason">Without what only the principal of this agent may know.</param>
    public void Failed(string reason) => Change(false, reason);

    /// <summary>Healthy: registered, or not for no longer than <see cref="Patience"/>.</summary>
    /// <returns>Since when it is or is not registered, and why the last attempt failed; null when none has.</returns>
    public (bool Healthy, bool Registered, DateTimeOffset Since, string? LastError) Read()
    {
        lock (changing)
            return (registered || time.GetElapsedTime(changed) < Patience, registered, since, lastError);
    }

    private void Change(bool now, string? reason)
    {
        lock (changing)
        {
            lastError = reason ?? lastError;
            if (registered == now)
                return;
            registered = now;
            changed = time.GetTimestamp();
            since = time.GetUtcNow();
        }
    }
}
