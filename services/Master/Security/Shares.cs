using System.Collections.Concurrent;
using DataPlatform.Core.Pool;

namespace DataPlatform.Services.Master.Security;

/// <summary>The most that one principal may ask of the master.</summary>
public sealed record ShareLimits
{
    /// <summary>
    /// For agents. One principal may stand for a whole fleet, which after a change of masters comes back at once, and each of whose
    /// tasks is a few calls.
    /// </summary>
    public static ShareLimits OfAgents { get; } = new()
    {
        Calls = new(PerSecond: 100_000, Most: 100_000),
        Subscriptions = new(PerSecond: 10_000, Most: 100_000),
        Waiting = 4_096,
        Streams = 100_000,
        AllStreams = 200_000,
    };

    public Budget Calls { get; init; } = new(PerSecond: 20_000, Most: 20_000);

    public Budget Subscriptions { get; init; } = new(PerSecond: 100, Most: 1_000);

    /// <summary>Calls that wait for the pool at once; further ones wait for these.</summary>
    public int Waiting { get; init; } = 256;

    /// <summary>Open streams.</summary>
    public int Streams { get; init; } = 10_000;

    /// <summary>Open streams of all principals together.</summary>
    public int AllStreams { get; init; } = 20_000;
}

/// <summary>
/// What each principal has taken of its share, so that none can take the master from the others. Thread safe. As large as there
/// are principals; those without a name have one share together.
/// </summary>
public sealed class Shares(ShareLimits limits, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Share> shares = new(StringComparer.Ordinal);
    private readonly long start = time.GetTimestamp();
    private int streams;

    /// <summary>Why the caller must wait before it calls again, or null; then the call is counted.</summary>
    public string? WhyNotCall(Caller caller) => Of(caller).Calls.TryTake(limits.Calls, Now)
        ? null
        : $"{Name(caller)} makes more calls than the {limits.Calls.PerSecond} a second that are allowed; wait";

    /// <summary>Why the caller must wait before it subscribes again, or null; then the subscription is counted.</summary>
    public string? WhyNotSubscription(Caller caller) => Of(caller).Subscriptions.TryTake(limits.Subscriptions, Now)
        ? null
        : $"{Name(caller)} subscribes more often than the {limits.Subscriptions.PerSecond} times a second that are allowed, after {limits.Subscriptions.Most} at once; wait";

    /// <summary>Takes a place among the open streams until disposed; null when there is none, and why.</summary>
    public IDisposable? OpenStream(Caller caller, out string why)
    {
        var share = Of(caller);
        var own = Interlocked.Increment(ref share.Streams);
        var all = Interlocked.Increment(ref streams);
        var place = new Place(() =>
        {
            Interlocked.Decrement(ref share.Streams);
            Interlocked.Decrement(ref streams);
        });
        why = own > limits.Streams ? $"{Name(caller)} has {limits.Streams} streams open, as many as are allowed; end one first"
            : all > limits.AllStreams ? $"The master has {limits.AllStreams} streams open, as many as are allowed; try again later"
            : "";
        if (why.Length == 0)
            return place;
        place.Dispose();
        return null;
    }

    /// <summary>Waits until few enough calls of this caller wait for the pool.</summary>
    public async Task<IDisposable> EnterAsync(Caller caller, CancellationToken cancellation)
    {
        var waiting = Of(caller).Waiting;
        await waiting.WaitAsync(cancellation);
        return new Place(() => waiting.Release());
    }

    private DateTimeOffset Now => DateTimeOffset.UnixEpoch + time.GetElapsedTime(start);

    private Share Of(Caller caller) => shares.GetOrAdd(caller.Principal ?? "", _ => new Share(limits));

    private static string Name(Caller caller) => caller.Principal is { } principal ? $"Principal '{principal}'" : "Who calls without a name";

    private sealed class Share(ShareLimits limits)
    {
        /// <summary>Changed with <see cref="Interlocked"/> alone.</summary>
        public int Streams;

        public Purse Calls { get; } = new(limits.Calls.Most);

        public Purse Subscriptions { get; } = new(limits.Subscriptions.Most);

        public SemaphoreSlim Waiting { get; } = new(limits.Waiting);
    }

    private sealed class Purse(long left)
    {
        private readonly Lock turn = new();
        private long left = left;
        private DateTimeOffset since = DateTimeOffset.UnixEpoch;

        public bool TryTake(Budget budget, DateTimeOffset now)
        {
            lock (turn)
            {
                var available = budget.Left(left, since, now);
                if (available <= 0)
                    return false;
                // What comes in between two calls is less than one of it; the time is kept until it is.
                if (available != left)
                    since = now;
                left = available - 1;
                return true;
            }
        }
    }

    private sealed class Place(Action leave) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
                leave();
        }
    }
}
