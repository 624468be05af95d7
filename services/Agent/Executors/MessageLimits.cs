using DataPlatform.Services.Agent.Decisions;
using DataPlatform.Services.Hosting.Security;

namespace DataPlatform.Services.Agent.Executors;

/// <summary>How many messages executors may send their schedulers: each by itself, so that one that talks without end keeps no other from being heard. For several threads.</summary>
internal sealed class MessageLimits(MessageRules rules, TimeProvider time)
{
    /// <summary>More executors than any host runs; what is full again is forgotten.</summary>
    private const int MostExecutors = 10_000;

    private readonly Lock gate = new();
    private readonly Buckets<ExecutorKey> buckets = new(new BucketSize(rules.AtOnce, TimeSpan.FromSeconds(1.0 / rules.PerSecond)), MostExecutors, time);
    private long taken;
    private long refused;

    /// <summary>Messages that went on to the master, or would have, had there been a link.</summary>
    public long Taken => Interlocked.Read(ref taken);

    public long Refused => Interlocked.Read(ref refused);

    /// <summary>Null: the message may go on. Otherwise how long until one may.</summary>
    public TimeSpan? Wait(ExecutorKey executor)
    {
        var now = time.GetTimestamp();
        lock (gate)
        {
            if (buckets.Wait(executor, now) is { Ticks: > 0 } wait)
            {
                refused++;
                return wait;
            }

            buckets.Take(executor, now);
            taken++;
            return null;
        }
    }

    /// <summary>The sentence that a refused executor gets.</summary>
    public string Sentence => $"The executor sends more messages than it may: {rules.PerSecond} a second in the long run, {rules.AtOnce} at once; this one is not passed on";
}

/// <param name="PerSecond">That one executor may send in the long run.</param>
/// <param name="AtOnce">That it may send after a silence.</param>
public sealed record MessageRules(int PerSecond, int AtOnce);
