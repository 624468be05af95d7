using DataPlatform.Core.Protocol.Mesos;

namespace DataPlatform.Core.Client.Scheduler;

/// <summary>What a subscription says, in order.</summary>
public abstract record SchedulerSignal
{
    private SchedulerSignal() { }

    /// <summary>An event of the master. SUBSCRIBED comes first on every connection; heartbeats are passed on too.</summary>
    public sealed record Received(SchedulerEvent Event) : SchedulerSignal;

    /// <summary>The connection is gone: offers are void, and a new attempt follows after <paramref name="RetryAfter"/>.</summary>
    public sealed record Disconnected(string Reason, TimeSpan RetryAfter) : SchedulerSignal;

    /// <summary>
    /// The master ended the subscription for good: an ERROR event (another scheduler took over, the framework was removed) or a
    /// refusal that repeating can't mend. The last signal.
    /// </summary>
    public sealed record Ended(SubscriptionEnd Kind, string Reason) : SchedulerSignal;
}
