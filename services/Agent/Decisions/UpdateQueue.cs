using DataPlatform.Core.Protocol.Mesos;
using Google.Protobuf;

namespace DataPlatform.Services.Agent.Decisions;

/// <summary>
/// The status updates of one task on their way: one at a time, each sent again until it is acknowledged, after 10 seconds
/// and then after twice as long each time, at most 10 minutes.
/// </summary>
public sealed class UpdateQueue
{
    public static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(10);

    private readonly Queue<TaskReport> pending = new();
    private TimeSpan delay = FirstRetry;
    private TimeSpan? due;

    /// <summary>Oldest first; the first is the one that is being sent.</summary>
    public IReadOnlyCollection<TaskReport> Pending => pending;

    /// <summary>When the first update is to be sent (again), on the steady clock; null when there is none.</summary>
    public TimeSpan? Due => pending.Count == 0 ? null : due ?? TimeSpan.MinValue;

    public void Enqueue(TaskReport report) => pending.Enqueue(report);

    /// <summary>The update to send now, if its time has come; its next time is set.</summary>
    public TaskReport? TakeDue(TimeSpan now)
    {
        if (Due is not { } at || at > now)
            return null;
        if (due is not null)
            delay = delay * 2 < LongestRetry ? delay * 2 : LongestRetry;
        due = now + delay;
        return pending.Peek();
    }

    /// <summary>False when the uuid is not that of the update being sent: a late answer to an earlier try.</summary>
    public bool Acknowledge(ByteString uuid)
    {
        if (pending.Count == 0 || pending.Peek().Uuid != uuid)
            return false;
        pending.Dequeue();
        Resend();
        return true;
    }

    /// <summary>There is a new way to the master: what waits is sent at once.</summary>
    public void Resend()
    {
        delay = FirstRetry;
        due = null;
    }

    public void Clear() => pending.Clear();
}
